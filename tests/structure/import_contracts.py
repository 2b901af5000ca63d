"""Contract of import-linter: other rooms import a room's face, never its inside."""

from typing import Any

from importlinter import Contract, ContractCheck, fields, output

type Violation = tuple[str, str, int | None]


class FaceContract(Contract):
    """Modules of a room, other than its face, are imported by that room only.

    Options:
        rooms: packages with a face.
        face: names of the modules of a room that others may import.
    """

    rooms = fields.ListField(subfield=fields.StringField())
    face = fields.ListField(subfield=fields.StringField())

    def check(self, graph: Any, verbose: bool) -> ContractCheck:
        rooms: list[str] = self.rooms  # type: ignore[assignment]
        face = set(self.face)  # type: ignore[call-overload]
        violations: list[Violation] = []
        for room in rooms:
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
