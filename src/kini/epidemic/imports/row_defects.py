"""Defects that are the same in many rows, named once: empty rows, formats of numbers and codes, areas and spellings."""

from collections import defaultdict
from collections.abc import Sequence

from kini.epidemic.imports.areas import digits_of
from kini.epidemic.imports.cells import parse_number
from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.reader_state import ReaderState


def report_rows(reader: ReaderState, empty: Sequence[int]) -> None:
    """Add the defects of rows to those of the file.

    Args:
        empty: lines of empty rows.
    """
    if empty:
        reader.defects.add(Kind.EMPTY_ROW, empty[0], "", "", "empty rows", "Left out.", len(empty))
    _report_number_formats(reader)
    _report_areas(reader)
    _report_regions(reader)
    _report_code_formats(reader)
    _report_spellings(reader)


def _report_number_formats(reader: ReaderState) -> None:
    for title, cells in reader.formats.items():
        line, cell = cells[0]
        is_decimal = cell.count(",") == 1
        reader.defects.add(
            Kind.NUMBER_FORMAT,
            line,
            title,
            cell,
            "written with signs of thousands or a decimal comma",
            f"Read as {parse_number(cell, rate=True)[0]:g}." if is_decimal else "Read as a number.",
            len(cells),
        )


def _area_title(reader: ReaderState) -> str:
    """Title of the column that names the smallest areas."""
    source = reader.source
    names = [each for each in source.columns if each.role == "area"]
    return (names or [source.column("region") or source.column("code") or source.columns[0]])[-1].title


def _code_title(reader: ReaderState) -> str:
    codes = reader.source.column("code")
    return codes.title if codes else _area_title(reader)


def _report_areas(reader: ReaderState) -> None:
    """Name rows whose area is unknown, misspelt or contradicts its code."""
    defects, title = reader.defects, _area_title(reader)
    for key, lines in reader.first_lines.items():
        match, name = reader.matches[key], next((each for each in reversed(key[1:]) if each), key[0])
        match match.problem:
            case "nameless":
                message = "the row has no name, and no area this code"
                for line in lines:
                    defects.add(Kind.NAMELESS, line, _code_title(reader), key[0], message, "Left out.")
            case "unknown":
                for line in lines:
                    defects.add(Kind.UNKNOWN_AREA, line, title, name, match.remark, "The row is left out.")
            case "spelling":
                defects.add(Kind.SPELLING, lines[0], title, name, match.remark, "Its figures are imported.", len(lines))
            case "code-and-name":
                defects.add(Kind.CODE_AND_NAME, lines[0], title, name, match.remark, "The code decides.", len(lines))


def _report_regions(reader: ReaderState) -> None:
    lines_by_key = reader.first_lines.items()
    outside = {key[0]: lines for key, lines in lines_by_key if reader.matches[key].problem == "outside"}
    if outside:
        name, lines = next(iter(outside.items()))
        message, rows = f"{len(outside)} regions outside of the city", sum(map(len, outside.values()))
        title = _area_title(reader)
        reader.defects.add(Kind.OUTSIDE, lines[0], title, name, message, "Stored as figures of regions.", rows)


def _report_code_formats(reader: ReaderState) -> None:
    if reader.source.column("code") is None:
        return
    written: list[tuple[int, str, str]] = []
    for key, lines in reader.first_lines.items():
        area = reader.matches[key].area
        if area and key[0] != area.code and digits_of(key[0]) == digits_of(area.code):
            written.append((lines[0], key[0], area.code))
    if written:
        line, cell, code = written[0]
        message, rows = f"codes without dots, of {len(written)} areas", sum(map(len, reader.first_lines.values()))
        reader.defects.add(Kind.CODE_FORMAT, line, _code_title(reader), cell, message, f"Read as {code}.", rows)


def _report_spellings(reader: ReaderState) -> None:
    """Name areas that are written in several ways in turn."""
    spelled: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for key, lines in reader.first_lines.items():
        area = reader.matches[key].area
        if area and len(key) > 1 and key[-1]:
            spelled[area.code].setdefault(key[-1], []).extend(lines)
    for by_name in spelled.values():
        if len(by_name) > 1:
            ways = "; ".join(f'"{name}" in {len(rows):,} rows from line {min(rows)}' for name, rows in by_name.items())
            second = max(by_name, key=lambda name: min(by_name[name]))
            message = f"one area is written in several ways: {ways}"
            line = min(by_name[second])
            reader.defects.add(Kind.SPELLINGS, line, _area_title(reader), second, message, "They are one area.")
