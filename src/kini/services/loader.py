"""Reads what a pack says about services: every file, with every fault at its line, all at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from kini.core.faults import Fault, PackFaults, Source, parse, read_source
from kini.core.texts import Text, untranslated
from kini.services.schema import (
    AnyField,
    Block,
    Catalogue,
    Channel,
    Definition,
    Flow,
    Id,
    Name,
    Role,
    State,
    Statement,
)


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """One file of services/CATEGORY/ID.yaml."""

    id: str
    category: str
    definition: Definition
    source: Source


@dataclass(slots=True)
class Pack:
    """Everything a pack says about services. `sources` holds each file as read, by its path."""

    root: Path
    languages: tuple[str, ...]
    catalogue: Catalogue
    services: dict[str, ServiceFile] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    moves: dict[str, Text] = field(default_factory=dict)
    lists: dict[str, dict[str, Text]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


class Reading:
    """One pass over a pack's files; faults are gathered instead of raised."""

    def __init__(self, root: Path, languages: tuple[str, ...]) -> None:
        self.pack = Pack(root, languages, Catalogue(categories={}))
        self.faults: list[Fault] = []

    def source(self, path: str, *, needed: bool = False) -> Source | None:
        """The file as plain data with lines; None when it is not there (a fault when it is needed) or broken."""
        full = self.pack.root / path
        if not needed and not full.exists():
            return None
        try:
            source = read_source(full, self.pack.root)
        except PackFaults as error:
            self.faults += error.faults
            return None
        if not isinstance(source.data, dict):
            self.faults.append(source.fault((), "this file must hold keys with values", "Start it with a key and a colon."))
            return None
        self.pack.sources[path] = source
        return source

    def parsed[M: BaseModel](self, source: Source, model: type[M], data: Any = None) -> M | None:
        """The file's data read as `model`, its texts checked for the city's languages."""
        try:
            value = parse(source, model, data)
        except PackFaults as error:
            self.faults += error.faults
            return None
        self.faults += untranslated(source, value, self.pack.languages)
        return value

    def table(self, path: str, item: Any) -> dict[str, Any]:
        """A file that maps names to things of one sort; what cannot be read is left out."""
        source = self.source(path)
        value = self.parsed(source, _table(item), {"entries": source.data}) if source else None
        return dict(value.entries) if value else {}

    def folder(self, name: str) -> Iterable[tuple[str, Source]]:
        """Files of a folder with their ids (names without ".yaml")."""
        for path in sorted((self.pack.root / name).glob("*.yaml")):
            source = self.source(path.relative_to(self.pack.root).as_posix())
            if source:
                yield path.stem, source


@cache
def _table(item: Any) -> type[Any]:
    return create_model("Table", __config__=ConfigDict(extra="forbid", frozen=True), entries=(dict[str, item], Field()))
