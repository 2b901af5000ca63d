"""Parsed contents of a pack's service files, before references are resolved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kini.core.config_files import SourceFile
from kini.core.localized_text import Text
from kini.people.public import Role
from kini.services.catalogue import Catalogue
from kini.services.flows import Flow
from kini.services.schema import Block, Channel, Definition, Statement


@dataclass(frozen=True, slots=True)
class ServiceFile:
    """One file services/CATEGORY/ID.yaml."""

    id: str
    category: str
    definition: Definition
    source: SourceFile


@dataclass(slots=True)
class ServicePack:
    """All parsed service files of a pack. `sources` maps each path to the file with its line numbers."""

    root: Path
    languages: tuple[str, ...]
    catalogue: Catalogue
    services: dict[str, ServiceFile] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    moves: dict[str, Text] = field(default_factory=dict)
    lists: dict[str, dict[str, Text]] = field(default_factory=dict)
    sources: dict[str, SourceFile] = field(default_factory=dict)

    def declared(self, path: str, entries: Iterable[str]) -> frozenset[str] | None:
        """Names in a file of entries, invalid ones among them; None if the file cannot be read."""
        if path not in self.sources and (self.root / path).exists():
            return None
        data = self.sources[path].data if path in self.sources else {}
        return frozenset(entries) | frozenset(map(str, data))
