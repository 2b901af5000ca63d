"""Built-in services: shipped with a room, and offered in each city whose pack names the deciding agency.

Their files have the format of a pack, with agency and flow roles (`officer`, `head`) as placeholders. They appear in
search and on their own pages, but in no category of the catalogue.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import RootModel

from kini.core.config_files import parse_model, read_source_file
from kini.core.registry import Registry
from kini.services.flows import Flow
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.schema import AnyField, Definition


@dataclass(frozen=True, slots=True)
class DecidingAgency:
    """Agency that decides on built-in services, and the pack's roles that replace the placeholders in their flows."""

    agency: str
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BuiltinServices:
    """A folder with ID.yaml, flows/ID.yaml and inputs.yaml.

    Attributes:
        category: their category in the database; not a category of a catalogue.
        holder: returns the deciding agency for a pack folder, or None if the city does not offer them.
    """

    folder: Path
    category: str
    deciding_agency: Callable[[Path], DecidingAgency | None]


builtin_service_sets: Registry[BuiltinServices] = Registry("set of built-in services")


def builtin_categories() -> frozenset[str]:
    """Categories of built-in services, which the catalogue does not list."""
    return frozenset(each.category for each in builtin_service_sets)


def add_builtin_services(pack: ServicePack) -> None:
    """Add the built-in services to a pack."""
    for each in builtin_service_sets:
        holder = each.deciding_agency(pack.root)
        if holder:
            _add_inputs(pack, each.folder)
            _add_flows(pack, each.folder, holder)
            for service in _services(each, holder):
                pack.services.setdefault(service.id, service)


def _add_inputs(pack: ServicePack, folder: Path) -> None:
    source = read_source_file(folder / "inputs.yaml", folder)
    for name, data in source.data.items():
        pack.inputs.setdefault(name, parse_model(source, RootModel[AnyField], data, (name,)).root)


def _add_flows(pack: ServicePack, folder: Path, holder: DecidingAgency) -> None:
    for path in sorted((folder / "flows").glob("*.yaml")):
        source = read_source_file(path, folder)
        pack.flows[path.stem] = parse_model(source, Flow, _with_roles(source.data, holder.roles))
        pack.sources[f"flows/{path.name}"] = source


def _with_roles(flow: dict[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    def filled(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "by": roles.get(state["by"], state["by"])} if "by" in state else state

    states = {name: filled(state) for name, state in flow["states"].items()}
    return {**flow, "states": states}


def _services(each: BuiltinServices, holder: DecidingAgency) -> Iterator[ServiceFile]:
    for path in sorted(each.folder.glob("*.yaml")):
        if path.stem != "inputs":
            source = read_source_file(path, each.folder)
            definition = parse_model(source, Definition, {**source.data, "agency": holder.agency})
            yield ServiceFile(path.stem, each.category, definition, source)
