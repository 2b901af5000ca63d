"""Loader for the service files of a pack. Collects all errors, each with file and line, instead of stopping early."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, RootModel

from kini.city.public import pack_languages
from kini.core.config_files import ConfigError, ConfigErrors, KeyPath, SourceFile, parse_model, read_source_file
from kini.core.config_messages import most_similar
from kini.core.localized_text import Text, missing_translations
from kini.people.public import Role, load_roles
from kini.services import builtin_services
from kini.services.catalogue import Catalogue
from kini.services.flows import Flow, State
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.pack_validation import pack_errors
from kini.services.schema import AnyField, Block, Channel, Definition, Statement, definition_keys

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME = r"^[a-z][a-z0-9_]*$"


def name_remedy() -> str:
    """Format of ids and names, in words."""
    return _("Use lower-case letters, digits and single dashes (underscores in names of inputs and moves).")


class PackReader:
    """One pass over a pack's files that collects errors instead of raising them."""

    def __init__(self, root: Path, languages: tuple[str, ...]) -> None:
        self.pack = ServicePack(root, languages, Catalogue(categories={}))
        self.faults: list[ConfigError] = []

    def source(self, path: str, *, needed: bool = False) -> SourceFile | None:
        """Parsed file with line numbers; None if it is missing (an error only if `needed`) or invalid."""
        full = self.pack.root / path
        if not needed and not full.exists():
            return None
        try:
            source = read_source_file(full, self.pack.root)
        except ConfigErrors as error:
            self.faults += error.errors
            return None
        if not isinstance(source.data, dict):
            self.faults.append(
                source.error_at((), _("this file must hold keys with values"), _("Start it with a key and a colon."))
            )
            return None
        self.pack.sources[path] = source
        return source

    def parsed[M: BaseModel](
        self, source: SourceFile, model: type[M], data: Any = None, place: KeyPath = ()
    ) -> M | None:
        """Validate the file's data, or the part at `place`, as `model`; check that texts exist in all languages."""
        try:
            value = parse_model(source, model, data, place)
        except ConfigErrors as error:
            self.faults += error.errors
            return None
        inner = value.root if isinstance(value, RootModel) else value
        faults = missing_translations(source, inner, self.pack.languages, place)
        self.faults += [fault for fault in faults if _is_in_file(source, fault)]
        return value

    def table(self, path: str, item: Any, key: str = ID) -> dict[str, Any]:
        """Read a file that maps names to items of one type; invalid items are skipped."""
        source = self.source(path)
        return self.entries(source, item, key) if source else {}

    def entries(self, source: SourceFile, item: Any, key: str = ID) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for name, data in source.data.items():
            if not isinstance(name, str) or not re.match(key, name):
                self.faults.append(
                    source.error_at((name,), _('"%(name)s" cannot be a name here') % {"name": name}, name_remedy())
                )
                continue
            value = self.parsed(source, _root_model(item), {} if data is None else data, (name,))
            if value is not None:
                entries[name] = value.root
        return entries

    def folder(self, name: str) -> Iterator[tuple[str, SourceFile]]:
        """Files of a folder with their ids (file names without ".yaml")."""
        for path in sorted((self.pack.root / name).glob("*.yaml")):
            source = self.source(path.relative_to(self.pack.root).as_posix())
            if source is None:
                continue
            if re.match(ID, path.stem):
                yield path.stem, source
            else:
                self.faults.append(
                    ConfigError(
                        source.file, 0, "", _('"%(stem)s" cannot be an id') % {"stem": path.stem}, name_remedy()
                    )
                )


@cache
def _root_model(item: Any) -> type[RootModel[Any]]:
    return RootModel[item]


def _is_in_file(source: SourceFile, fault: ConfigError) -> bool:
    """Return whether the text is in this file. Errors in states.yaml are reported there once, not for each flow."""
    return fault.field in {".".join(map(str, place)) for place in source.lines}


def _roles(path: Path) -> Mapping[str, Role]:
    """Roles of officers; empty if their file is invalid (the people room reports the error)."""
    try:
        return load_roles(path)
    except ConfigErrors:
        return {}


def read_files(path: Path) -> PackReader:
    """Read all service files of a pack."""
    reading = PackReader(path, pack_languages(path))
    pack = reading.pack
    if source := reading.source("catalogue.yaml", needed=True):
        pack.catalogue = reading.parsed(source, Catalogue) or pack.catalogue
    pack.roles = _roles(path)
    pack.channels = reading.table("channels.yaml", Channel)
    pack.statements = reading.table("statements.yaml", Statement)
    pack.inputs = reading.table("inputs.yaml", AnyField, NAME)
    pack.moves = reading.table("moves.yaml", Text, NAME)
    pack.lists = {name: reading.entries(source, Text, ".") for name, source in reading.folder("lists")}
    for name, source in reading.folder("blocks"):
        if block := reading.parsed(source, Block):
            pack.blocks[name] = block
    _read_flows(reading)
    _read_services(reading)
    builtin_services.add_builtin_services(pack)
    return reading


def _read_flows(reading: PackReader) -> None:
    shared = reading.source("states.yaml")
    if shared:
        reading.faults += _shared_faults(shared, reading.pack.languages)
    words = shared.data if shared else {}
    for name, source in reading.folder("flows"):
        if flow := reading.parsed(source, Flow, with_shared_states(source.data, words)):
            reading.pack.flows[name] = flow


def with_shared_states(flow: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Merge shared states into a flow: each state inherits missing keys from the shared state of the same name."""
    states = flow.get("states")
    if not isinstance(states, dict):
        return dict(flow)
    merged = {name: _over(shared.get(name), state) for name, state in states.items()}
    return {**flow, "states": merged}


def _over(shared: Any, own: Any) -> Any:
    if not isinstance(shared, dict) or not (own is None or isinstance(own, dict)):
        return own
    return {**shared, **(own or {})}


def _shared_faults(source: SourceFile, languages: Sequence[str]) -> Iterator[ConfigError]:
    for name, state in source.data.items():
        for key, value in (state or {}).items():
            if key not in State.model_fields:
                remedy = _("A state has: %(names)s.") % {"names": ", ".join(State.model_fields)}
                yield source.error_at((name, key), _("unknown key"), remedy)
            elif key in ("name", "does"):
                try:
                    text = parse_model(source, Text, value, (name, key))
                except ConfigErrors as error:
                    yield from error.errors
                else:
                    yield from missing_translations(source, text, languages, (name, key))


def _read_services(reading: PackReader) -> None:
    for path in sorted((reading.pack.root / "services").glob("*.yaml")):
        message, remedy = _("it is in no category, so nobody reads it"), _("Move it into a folder of services/.")
        reading.faults.append(ConfigError(f"services/{path.name}", 0, "", message, remedy))
    for folder in sorted(path for path in (reading.pack.root / "services").glob("*") if path.is_dir()):
        for name, source in reading.folder(f"services/{folder.name}"):
            if name in reading.pack.services:
                other = reading.pack.services[name].source.file
                reading.faults.append(
                    ConfigError(
                        source.file, 0, "", _("%(other)s has the same id") % {"other": other}, _("Rename one of them.")
                    )
                )
                continue
            data = _with_known_keys(reading, source)
            if definition := reading.parsed(source, Definition, data):
                reading.pack.services[name] = ServiceFile(name, folder.name, definition, source)


def _with_known_keys(reading: PackReader, source: SourceFile) -> dict[str, Any]:
    """Content of a service file without unknown keys, which are reported; a misspelt one counts as what it is like."""
    known = definition_keys() | {str(source.data.get("kind"))}
    content = {key: value for key, value in source.data.items() if key in known}
    for key in source.data.keys() - known:
        meant = most_similar(key, known - content.keys())
        names = {"names": ", ".join(sorted(known))}
        remedy = _('Write "%(meant)s".') % {"meant": meant} if meant else ""
        remedy = remedy or _("Remove it or correct its spelling. A service has: %(names)s.") % names
        reading.faults.append(source.error_at((key,), _("unknown key"), remedy))
        if meant:
            content[meant] = source.data[key]
    return content


def read_pack(path: Path) -> ServicePack:
    """Read and validate the service files of a pack.

    Raises:
        ConfigErrors: with all errors of all files.
    """
    reading = read_files(path)
    faults = reading.faults + list(pack_errors(reading.pack))
    if faults:
        raise ConfigErrors(faults)
    return reading.pack


def check_services(path: Path) -> list[ConfigError]:
    """All errors in a pack's service files, ordered by file and line."""
    reading = read_files(path)
    return sorted(set(reading.faults) | set(pack_errors(reading.pack)))
