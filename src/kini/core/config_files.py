"""YAML and TOML files with line numbers, so that every error names its place and a remedy."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from kini.core.config_messages import Fault, faults_of, without_misspelt

#: Path of keys and list indexes to a value in a file.
type KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class ConfigError:
    """One error in a file.

    Attributes:
        file: path relative to the pack.
        line: 1-based; 0 for the whole file.
        field: path of keys, joined by "." ("ask.0.fields.nik.label").
        message: the error.
        remedy: the correction.
        value: the wrong cell of a table.
    """

    file: str
    line: int
    field: str
    message: str
    remedy: str = ""
    value: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        value = f' "{self.value}"' if self.value and self.value not in self.message else ""
        message = f"{self.field}{value}: {self.message}" if self.field else self.message
        return f"{where}: {message}. {self.remedy}" if self.remedy else f"{where}: {message}"


class ConfigErrors(Exception):
    """Files are invalid; carries every error."""

    def __init__(self, faults: list[ConfigError]) -> None:
        self.errors = sorted(faults)
        super().__init__("\n".join(map(str, self.errors)))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A parsed file: plain data, and the line of every key path."""

    file: str
    data: Any
    lines: dict[KeyPath, int]

    def line(self, place: KeyPath) -> int:
        """Line of a key path, or of its nearest parent with a line."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def error_at(self, place: KeyPath, message: str, remedy: str = "") -> ConfigError:
        return ConfigError(self.file, self.line(place), ".".join(map(str, place)), message, remedy)


def read_source_file(path: Path, root: Path) -> SourceFile:
    """Read a YAML or TOML file.

    Raises:
        ConfigErrors: when it is missing, not UTF-8, or has a syntax error.
    """
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text("utf-8")
    except OSError:
        raise ConfigErrors(
            [ConfigError(file, 0, "", _("cannot be read"), _("Add the file, or make it readable."))]
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigErrors(
            [ConfigError(file, line_at_offset(path, error.start), "", _("is not UTF-8"), _("Save it as UTF-8."))]
        ) from None
    return _from_toml(file, text) if path.suffix == ".toml" else _from_yaml(file, text)


def line_at_offset(path: Path, offset: int) -> int:
    return path.read_bytes()[:offset].count(b"\n") + 1


_TOML_LINE = re.compile(r"at line (\d+)")


def _from_toml(file: str, text: str) -> SourceFile:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _TOML_LINE.search(str(error))
        line = int(where[1]) if where else text.rstrip().count("\n") + 1
        message = _("this is not valid TOML (%(problem)s)") % {"problem": error}
        remedy = _('Write key = "text", key = 5 or key = ["first", "second"].')
        raise ConfigErrors([ConfigError(file, line, "", message, remedy)]) from None
    return SourceFile(file, data, _toml_lines(text))


def _toml_lines(text: str) -> dict[KeyPath, int]:
    """Lines of tables and keys of a TOML file with one key a line."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}  # tables of each array so far
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            table = tuple(part.strip().strip('"') for part in line.strip("[] ").split("]")[0].split("."))
            if line.startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
                table = (*table, counts[table])
            lines[table] = number
        elif "=" in line and not line.startswith("#"):
            keys = tuple(part.strip().strip('"') for part in line.split("=", 1)[0].split("."))
            lines.setdefault(table + keys, number)
    return lines


MERGE, TEXT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:str"


class _Loader(yaml.CSafeLoader):
    """Loader that leaves dates as text, as in JSON; the field parses them."""


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def _from_yaml(file: str, text: str) -> SourceFile:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = {}
        doubles: list[tuple[KeyPath, int]] = []
        if node is not None:
            _yaml_lines(node, (), lines, doubles)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigErrors([ConfigError(file, line, "", *_yaml_problem(text, line, error.problem))]) from None
    finally:
        loader.dispose()
    if doubles:
        raise ConfigErrors(
            [
                ConfigError(file, line, ".".join(map(str, place)), _("this key occurs twice"), _("Keep one of them."))
                for place, line in doubles
            ]
        )
    return SourceFile(file, data, lines)


def _yaml_problem(text: str, line: int, problem: str | None) -> tuple[str, str]:
    """Message and remedy of a syntax error."""
    lines = text.splitlines()
    if 0 < line <= len(lines) and "\t" in lines[line - 1]:
        return _("a tab stands here"), _("Indent with spaces.")
    message = _("this is not valid YAML (%(problem)s)") % {"problem": problem or "?"}
    return message, _("Check indents, brackets and colons; put texts with a colon in quotes.")


def _yaml_lines(node: yaml.Node, place: KeyPath, lines: dict[KeyPath, int], doubles: list[tuple[KeyPath, int]]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value
            if isinstance(key, yaml.ScalarNode) and key.tag != MERGE:
                key.tag = TEXT  # else the option `no` would be false, and `1` a number
            if name in seen:
                doubles.append(((*place, name), key.start_mark.line + 1))
            seen.add(name)
            lines[(*place, name)] = key.start_mark.line + 1
            _yaml_lines(value, (*place, name), lines, doubles)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _yaml_lines(value, (*place, index), lines, doubles)


def parse_model[M: BaseModel](source: SourceFile, model: type[M], data: Any = None, place: KeyPath = ()) -> M:
    """Validate the file's data, or the part at `place`, as `model`.

    Raises:
        ConfigErrors: with every error and its line.
    """
    content = source.data if data is None else data
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = validation_faults(error, model, content)
        raise ConfigErrors([_at_place(source, place, fault) for fault in faults]) from None


def validation_faults(error: ValidationError, model: type[BaseModel], data: Any) -> list[Fault]:
    """Convert pydantic's errors about a part of a file, with places below that part."""
    by_type: dict[str, list[Fault]] = {}
    for each in error.errors():
        by_type.setdefault(each["type"], []).extend(faults_of(each, model, data))
    faults = [fault for same in by_type.values() for fault in same]
    return without_misspelt(faults, by_type.get("extra_forbidden", ()), by_type.get("missing", ()))


def _at_place(source: SourceFile, place: KeyPath, fault: Fault) -> ConfigError:
    return source.error_at(_known(source, (*place, *fault.place)), fault.message, fault.remedy)


def _known(source: SourceFile, place: KeyPath) -> KeyPath:
    """Remove parts that are not in the file (names of union members)."""
    known: KeyPath = ()
    for part in place:
        known = (*known, part) if (*known, part) in source.lines or part == place[-1] else known
    return known
