"""YAML and TOML files with line numbers, so that every error names its place and a remedy."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

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
    except OSError as error:
        raise ConfigErrors([ConfigError(file, 0, "", "cannot be read", error.strerror or "")]) from None
    except UnicodeDecodeError as error:
        raise ConfigErrors(
            [ConfigError(file, line_at_offset(path, error.start), "", "is not UTF-8", "Save it as UTF-8.")]
        ) from None
    return _from_toml(file, text) if path.suffix == ".toml" else _from_yaml(file, text)


def line_at_offset(path: Path, offset: int) -> int:
    return path.read_bytes()[:offset].count(b"\n") + 1


def _from_toml(file: str, text: str) -> SourceFile:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", 0)
        raise ConfigErrors([ConfigError(file, line, "", str(error), "Fix the TOML syntax.")]) from None
    return SourceFile(file, data, _toml_lines(text))


def _toml_lines(text: str) -> dict[KeyPath, int]:
    """Lines of tables and keys of a TOML file with one key a line."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            table = tuple(part.strip().strip('"') for part in line.strip("[] ").split("]")[0].split("."))
            lines[table] = number
        elif "=" in line and not line.startswith("#"):
            keys = tuple(part.strip().strip('"') for part in line.split("=", 1)[0].split("."))
            lines.setdefault(table + keys, number)
    return lines


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
        message = error.problem or "broken YAML"
        raise ConfigErrors(
            [ConfigError(file, line, "", message, "Fix the YAML syntax; quote texts with a colon.")]
        ) from None
    finally:
        loader.dispose()
    if doubles:
        raise ConfigErrors(
            [
                ConfigError(file, line, ".".join(map(str, place)), "this key occurs twice", "Keep one of them.")
                for place, line in doubles
            ]
        )
    return SourceFile(file, data, lines)


def _yaml_lines(node: yaml.Node, place: KeyPath, lines: dict[KeyPath, int], doubles: list[tuple[KeyPath, int]]) -> None:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value
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
    try:
        return model.model_validate(source.data if data is None else data)
    except ValidationError as error:
        raise ConfigErrors(errors_of_validation(source, error, place)) from None


def errors_of_validation(source: SourceFile, error: ValidationError, place: KeyPath = ()) -> list[ConfigError]:
    """Convert pydantic's errors about the part of a file at `place`."""
    return [_fault(source, place, each) for each in error.errors()]


def _fault(source: SourceFile, place: KeyPath, error: Any) -> ConfigError:
    inner = _known(source, (*place, *error["loc"]))
    return source.error_at(inner, error["msg"].removeprefix("Value error, "), REMEDIES.get(error["type"], ""))


def _known(source: SourceFile, place: KeyPath) -> KeyPath:
    """Remove parts that are not in the file (names of union members)."""
    known: KeyPath = ()
    for part in place:
        known = (*known, part) if (*known, part) in source.lines or part == place[-1] else known
    return known


REMEDIES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it, or correct its spelling.",
    "string_pattern_mismatch": "Use lower-case letters, digits and single dashes (underscores in names of fields).",
}
