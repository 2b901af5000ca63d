"""Built-in services: shipped with a room, and offered in each city whose pack names the deciding agency.

Their files have the format of a pack, with agency and flow roles (`officer`, `head`) as placeholders. They appear in
search and on their own pages, but in no category of the catalogue.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import RootModel

from kini.core.faults import parse, read_source
from kini.core.registry import Registry
from kini.services.files import Pack, ServiceFile
from kini.services.flows import Flow
from kini.services.schema import AnyField, Definition


@dataclass(frozen=True, slots=True)
class Holder:
    """Agency that decides on built-in services, and the pack's roles that replace the placeholders in their flows."""

    agency: str
    roles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HouseServices:
    """A folder with ID.yaml, flows/ID.yaml and inputs.yaml.

    Attributes:
        category: their category in the database; not a category of a catalogue.
        holder: returns the deciding agency for a pack folder, or None if the city does not offer them.
    """

    folder: Path
    category: str
    holder: Callable[[Path], Holder | None]


house_services: Registry[HouseServices] = Registry("set of built-in services")


def categories() -> frozenset[str]:
    """Categories of built-in services, which the catalogue does not list."""
    return frozenset(each.category for each in house_services)


def add_to(pack: Pack) -> None:
    """Add the built-in services to a pack."""
    for each in house_services:
        holder = each.holder(pack.root)
        if holder:
            _add_inputs(pack, each.folder)
            _add_flows(pack, each.folder, holder)
            for service in _services(each, holder):
                pack.services.setdefault(service.id, service)


def _add_inputs(pack: Pack, folder: Path) -> None:
    source = read_source(folder / "inputs.yaml", folder)
    for name, data in source.data.items():
        pack.inputs.setdefault(name, parse(source, RootModel[AnyField], data, (name,)).root)


def _add_flows(pack: Pack, folder: Path, holder: Holder) -> None:
    for path in sorted((folder / "flows").glob("*.yaml")):
        source = read_source(path, folder)
        pack.flows[path.stem] = parse(source, Flow, _with_roles(source.data, holder.roles))
        pack.sources[f"flows/{path.name}"] = source


def _with_roles(flow: dict[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    def filled(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "by": roles.get(state["by"], state["by"])} if "by" in state else state

    states = {name: filled(state) for name, state in flow["states"].items()}
    return {**flow, "states": states}


def _services(each: HouseServices, holder: Holder) -> Iterator[ServiceFile]:
    for path in sorted(each.folder.glob("*.yaml")):
        if path.stem != "inputs":
            source = read_source(path, each.folder)
            definition = parse(source, Definition, {**source.data, "agency": holder.agency})
            yield ServiceFile(path.stem, each.category, definition, source)
