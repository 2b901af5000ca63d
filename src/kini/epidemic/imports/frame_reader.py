"""Read the rows of a file into a frame: area, day and figures of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

import numpy as np

from kini.core.config_files import ConfigError
from kini.core.table_import import Unreadable
from kini.epidemic.imports.areas import Match, digits_of, squeezed
from kini.epidemic.imports.cells import MISSING, day_in_words, month_comes_first, parse_day, parse_number
from kini.epidemic.imports.columns import Column
from kini.epidemic.imports.defects import Kind, Rule
from kini.epidemic.imports.figure_frame import Frame, Ints, Place
from kini.epidemic.imports.reader_state import Options, ReaderState
from kini.epidemic.imports.row_defects import report_rows
from kini.epidemic.imports.source_file import Cells, SourceFile
from kini.epidemic.imports.vocabulary import Vocabulary, normalize
from kini.web.formats import today

#: The day, or place, of a row, from its line and cells; None when the row is left out.
type DayOf = Callable[[int, Cells], date | None]
type PlaceOf = Callable[[int, Cells], Place | None]


def read_frame(source: SourceFile, options: Options) -> Frame:
    """Read areas, days and figures of all rows; what is wrong joins the file's defects.

    Raises:
        Unreadable: the file does not say of which area or day its figures are, and nor do the options.
    """
    reader = ReaderState(source, options)
    measures = _without_repeats(reader)
    day_of, place_of = _days(reader), _places(reader)
    wards = source.column("ward")
    places: dict[str, int] = {}
    listed: list[Place] = []
    lines, numbers, days, values, ward_cells = [], [], [], [], []
    empty: list[int] = []
    totals: list[tuple[int, Cells]] = []
    is_total = _totals(reader)
    for line, cells in source.rows:
        if not any(cells):
            empty.append(line)
            continue
        if is_total(cells):
            totals.append((line, cells))
            continue
        place = place_of(line, cells)
        day = day_of(line, cells) if place else None
        if place is None or day is None:
            continue
        if place.key not in places:
            places[place.key] = len(listed)
            listed.append(place)
        lines.append(line)
        numbers.append(places[place.key])
        days.append(day.toordinal())
        values.append([_number(reader, line, cells, column) for column in measures])
        ward_cells.append(cells[wards.index] if wards else "")
    report_rows(reader, empty)
    array = np.array(values, dtype=float).reshape(len(lines), len(measures))
    weekly = "week" in source.roles
    frame = Frame(measures, listed, _ints(lines), _ints(numbers), _ints(days), array, weekly)
    _check_totals(reader, frame, totals)
    return _split_wards(reader, frame, ward_cells) if wards else frame


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _without_repeats(reader: ReaderState) -> list[Column]:
    """The measures; of two columns of the same one the first."""
    by_name: dict[tuple[str, str], Column] = {}
    for column in reader.source.measures:
        first = by_name.setdefault((column.measure, column.mode), column)
        if first is not column:
            message = f'it means the same as column {first.index + 1}, "{first.title}"'
            reader.defects.add(
                Kind.COLUMN, reader.source.header_line, column.title, "", message, "The first one is imported."
            )
    return list(by_name.values())


def _totals(reader: ReaderState) -> Callable[[Cells], bool]:
    """Return the test for rows that are the sum of the others: an area's name is "TOTAL" in them."""
    places = [each.index for each in reader.source.columns if each.role in ("area", "region", "code")]

    @cache
    def names_total(cell: str) -> bool:
        return bool(cell) and (
            reader.words.terms(cell)[:1] == ["total"] or normalize(cell) in ("jumlah", "sum", "grand total")
        )

    return lambda cells: any(names_total(cells[place]) for place in places)


def _days(reader: ReaderState) -> DayOf:
    source, defects, words = reader.source, reader.defects, reader.words
    column, year, week, month = (source.column(role) for role in ("day", "year", "week", "month"))
    latest = today()
    seen: dict[tuple[str, ...], date | None] = {}

    def check(line: int, title: str, cell: str, day: date) -> date | None:
        if day > latest + timedelta(days=1) or day.year < 1900:
            defects.add(Kind.FUTURE, line, title, cell, "this day is in the future", "Left out.")
            return None
        return day

    if column is not None:
        at = column.index
        month_first = bool(month_comes_first({cells[at] for _line, cells in source.rows}))
        parsed = cache(partial(parse_day, months=words.months, month_first=month_first))

        def of_column(line: int, cells: Cells) -> date | None:
            cell = cells[at]
            try:
                day = parsed(cell)
            except ValueError:
                defects.add(Kind.DAY, line, column.title, cell, "this is no day", "The row is left out.")
                return None
            return check(line, column.title, cell, day)

        return of_column
    if year is not None and (week or month):
        second = week or month
        assert second is not None

        def of_parts(line: int, cells: Cells) -> date | None:
            parts = (cells[year.index], cells[second.index])
            if parts not in seen:
                seen[parts] = _week_or_month(parts, words, weekly=week is not None)
            day = seen[parts]
            if day is None:
                message = "there is no such week of the year" if week else "there is no such month"
                defects.add(Kind.DAY, line, second.title, " ".join(parts), message, "The row is left out.")
                return None
            return check(line, second.title, " ".join(parts), day)

        return of_parts
    day = reader.options.day or _day_of_file(source, words)
    if day is None:
        message = "no column tells the day, and the name of the file has none"
        raise Unreadable([ConfigError(source.table.file, source.header_line, "", message, "Add --day YYYY-MM-DD.")])
    return lambda _line, _cells: day


def _week_or_month(parts: tuple[str, str], words: Vocabulary, *, weekly: bool) -> date | None:
    """Last day of a week (ISO 8601) or of a month."""
    try:
        if weekly:
            return date.fromisocalendar(int(float(parts[0])), int(float(parts[1])), 7)
        month = int(float(parts[1])) if parts[1].replace(".", "").isdigit() else words.months[normalize(parts[1])]
        year = int(float(parts[0]))
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except (ValueError, KeyError):
        return None


def _day_of_file(source: SourceFile, words: Vocabulary) -> date | None:
    for text in (*source.above, Path(source.table.file).stem):
        try:
            return day_in_words(text, words.months)
        except ValueError:
            continue
    return None


def _places(reader: ReaderState) -> PlaceOf:
    source, options = reader.source, reader.options
    codes = [each for each in source.columns if each.role == "code"]
    named = [each for each in source.columns if each.role == "area"]
    region = source.column("region")
    if region is None and not codes and len(named) == 1 and _has_regions(reader, named[0]):
        named, region = [], named[0]
    deepest = _deepest_code(codes, named)
    if deepest is None and not named:
        if region is not None:
            return lambda line, cells: _region(reader, line, cells[region.index], region)
        if options.area is None and not options.region:
            message = "no column tells the area"
            remedy = "Add --area with a code or name of the city, or of the region outside (such as Indonesia)."
            raise Unreadable([ConfigError(source.table.file, source.header_line, "", message, remedy)])
        place = Place(options.area, options.region)
        return lambda _line, _cells: place

    def of_row(line: int, cells: Cells) -> Place | None:
        code = cells[deepest.index] if deepest else ""
        names = {each.level: cells[each.index] for each in named}
        key = (code, *names.values())
        if key not in reader.matches:
            reader.matches[key] = reader.index.match(code, names)
        reader.first_lines[key].append(line)
        match = reader.matches[key]
        kind = Kind.SPELLING if match.problem == "spelling" else Kind.CODE_AND_NAME
        if match.area is None or (match.problem and reader.defects.rule(kind) is Rule.REFUSE):
            return None
        return Place(match.area)

    return of_row


def _has_regions(reader: ReaderState, column: Column) -> bool:
    """Tell if a column of unknown level names regions: the city as a whole, and several that are none of its areas."""
    names = {cells[column.index] for _line, cells in reader.source.rows}
    areas = [reader.index.named(name) for name in names if name and not column.level]
    inside = [area for area in areas if area]
    return bool(inside) and all(area.depth == 0 for area in inside) and areas.count(None) >= 2


def _deepest_code(codes: Sequence[Column], named: Sequence[Column]) -> Column | None:
    """The column of codes that belongs to the smallest areas; the first one when the names do not tell."""
    levels = [each.level for each in named]
    fitting = [
        each for each in codes if each.level and (not levels or each.level == levels[-1] or each.level not in levels)
    ]
    return next(reversed(fitting or list(codes)), None)


def _region(reader: ReaderState, line: int, cell: str, column: Column) -> Place | None:
    key = (cell,)
    reader.first_lines[key].append(line)
    if key not in reader.matches:
        whole = min(reader.index.by_digits.values(), key=lambda area: area.depth)
        own = squeezed(cell) == squeezed(whole.name) or reader.index.other_names.get(squeezed(cell)) == whole.code
        own = own or (bool(digits_of(cell)) and digits_of(cell) == digits_of(whole.code))
        reader.matches[key] = Match(whole if own else None, "" if own else "outside")
    if not cell:
        return None
    match = reader.matches[key]
    return Place(match.area) if match.area else Place(None, " ".join(cell.split()).title())


def _number(reader: ReaderState, line: int, cells: Cells, column: Column) -> float:
    cell = cells[column.index]
    if cell.isdecimal() and cell.isascii():
        return float(cell)
    if cell.lower() in MISSING:
        return float("nan")
    try:
        number, unusual = parse_number(cell, rate=column.is_rate)
    except ValueError:
        reader.defects.add(Kind.NUMBER, line, column.title, cell, "this is no number", "The figure is left out.")
        return float("nan")
    if unusual:
        reader.formats[column.title].append((line, cell))
    if number < 0:
        reader.defects.add(
            Kind.NEGATIVE, line, column.title, cell, "a count is not negative", "The figure is left out."
        )
        return float("nan")
    if not column.is_rate and number != int(number):
        reader.defects.add(Kind.NUMBER, line, column.title, cell, "a count is whole", "The figure is left out.")
        return float("nan")
    return number


def _check_totals(reader: ReaderState, frame: Frame, totals: Iterable[tuple[int, Cells]]) -> None:
    """Compare rows of totals with the sums of the rows; they are not stored."""
    for line, cells in totals:
        wrong = []
        for column in frame.columns:
            try:
                printed = parse_number(cells[column.index], rate=column.is_rate)[0]
            except ValueError:
                continue
            total = float(np.nansum(frame.of(column)))
            if not column.is_rate and printed != total:
                wrong.append(f"{column.title}: {printed:,.0f}, the rows add up to {total:,.0f}")
        label = next((cell for cell in cells if cell and not cell[0].isdigit()), "")
        message = (
            f"a row of totals, unlike the sums of the rows: {'; '.join(wrong)}"
            if wrong
            else "a row of totals; it equals the sums of the rows"
        )
        reader.defects.add(Kind.TOTAL_ROW, line, "", label, message, "Left out.")


def _split_wards(reader: ReaderState, frame: Frame, wards: Sequence[str]) -> Frame:
    """Make each ward's figures measures of their own: beds of "ICU" become "beds-icu"."""
    names = [
        reader.words.means(cell, "all", "icu", "isolation") or "-".join(normalize(cell).split()) or "all"
        for cell in wards
    ]
    kinds = list(Counter(names))
    columns = [replace(c, measure=f"{c.measure}-{kind}") for kind in kinds for c in frame.columns]
    values = np.full((len(frame.lines), len(columns)), np.nan)
    width = len(frame.columns)
    for row, name in enumerate(names):
        start = kinds.index(name) * width
        values[row, start : start + width] = frame.values[row]
    return replace(frame, columns=columns, values=values)
