"""Contracts of import-linter: rooms stand on the floors of `kini.rooms`, and import each other's face only."""

from typing import Any

from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.layers import LayersContract

from kini.rooms import FLOORS, ROOMS, TOOLS

type Violation = tuple[str, str, int | None]


#: Rooms whose modules are all public.
LIBRARIES = {"kini.core", "kini.analytics", "kini.web", "kini.api"}


class FloorsContract(LayersContract):
    """A room imports only from rooms on lower floors, and not from those beside it."""

    def __init__(self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]) -> None:
        layers = [" | ".join(f"kini.{room}" for room in floor) for floor in (*TOOLS, *FLOORS)]
        super().__init__(name, session_options, contract_options | {"layers": layers})


class FaceContract(Contract):
    """Modules of a room, other than its face, are imported by that room only.

    Options:
        face: names of the modules of a room that others may import.
    """

    face = fields.ListField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        face = set(self.face)  # type: ignore[call-overload]
        violations: list[Violation] = []
        for room in set(ROOMS) - LIBRARIES:
            inside = [each for each in graph.find_descendants(room) if each.removeprefix(f"{room}.") not in face]
            for imported in inside:
                for importer in graph.find_modules_that_directly_import(imported):
                    if importer != room and not importer.startswith(f"{room}."):
                        details = graph.get_import_details(importer=importer, imported=imported)
                        violations.append((importer, imported, details[0]["line_number"] if details else None))
        return ContractCheck(kept=not violations, metadata={"violations": sorted(violations)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        violations: list[Violation] = check.metadata["violations"]
        for importer, imported, line in violations:
            output.print_error(f"{importer}:{line} imports {imported}; take it from the room's face (public.py).")
