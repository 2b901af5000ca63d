"""GTFS parser: numbered rows, and errors with file, row and field. Dependants of a bad row are skipped."""

import csv
import io
import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from kini.core.config_files import ConfigError
from kini.core.table_import import CellError
from kini.core.table_import.file_formats import REPLACEMENT_CHARACTER, unreadable

NEEDED = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_UNPACKED = 1_000_000_000

type Cells = dict[str, str]


@dataclass(slots=True)
class StopRow:
    code: str
    name: str
    latitude: float
    longitude: float
    parent: str
    served: bool = False


@dataclass(slots=True)
class DaysRow:
    weekdays: str = "0000000"
    first: date | None = None
    last: date | None = None
    besides: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


@dataclass(slots=True)
class TripRow:
    route: int
    days: int
    headsign: str
    begins: int = 0
    frequencies: list[list[int]] = field(default_factory=list)


@dataclass(slots=True)
class Edition:
    """Content of a GTFS file. Rows are numbered by their index in these lists; `calls` are tuples of
    (trip, place in trip, stop, arrives, departs).
    """

    stops: list[StopRow] = field(default_factory=list)
    routes: list[tuple[str, str, str, str, int | None]] = field(default_factory=list)
    days: list[DaysRow] = field(default_factory=list)
    trips: list[TripRow] = field(default_factory=list)
    calls: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    transfers: list[tuple[int, int]] = field(default_factory=list)
    faults: list[ConfigError] = field(default_factory=list)
    total: int = 0


class GtfsReader:
    """Parser of one file; ids become numbers."""

    def __init__(self, content: bytes) -> None:
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile:
            raise unreadable("GTFS", 0, _("this is not a zip file")) from None
        self.names = {name.rsplit("/", 1)[-1]: name for name in self.zip.namelist()}
        if missing := [name for name in NEEDED if name not in self.names]:
            raise unreadable("GTFS", 0, _("%(names)s is missing") % {"names": ", ".join(missing)})
        if sum(each.file_size for each in self.zip.infolist()) > MOST_UNPACKED:
            raise unreadable("GTFS", 0, _("it is larger than %(most)d MB") % {"most": MOST_UNPACKED // 1_000_000})
        self.edition = Edition()
        self.stops: dict[str, int] = {}
        self.routes: dict[str, int] = {}
        self.days: dict[str, int] = {}
        self.trips: dict[str, int] = {}

    def read(self) -> Edition:
        fares = self._fares()
        for file, take in (
            ("stops.txt", self._stop),
            ("calendar.txt", self._week),
            ("calendar_dates.txt", self._day),
        ):
            self._parse_table(file, take)
        self._parse_table("routes.txt", lambda cells: self._route(cells, fares))
        self._parse_table("trips.txt", self._trip)
        self._parse_table("stop_times.txt", self._call)
        self._parse_table("frequencies.txt", self._frequency)
        self._parse_table("transfers.txt", self._transfer)
        self._finish()
        return self.edition

    def _parse_table(self, file: str, take: "object") -> None:
        for number, cells in self._rows(file):
            self.edition.total += 1
            try:
                take(cells)  # type: ignore[operator]
            except CellError as error:
                column = f"{file.removesuffix('.txt')}.{error.column}"
                self.edition.faults.append(ConfigError(file, number, column, error.message))

    def _rows(self, file: str) -> Iterator[tuple[int, Cells]]:
        if file not in self.names:
            return
        with self.zip.open(self.names[file]) as raw:
            reader = csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", newline=""))
            try:
                for cells in reader:
                    yield (
                        reader.line_num,
                        {
                            key: (value or "").replace("\0", REPLACEMENT_CHARACTER).strip()
                            for key, value in cells.items()
                            if key
                        },
                    )
            except (UnicodeDecodeError, csv.Error) as error:
                raise unreadable(file, reader.line_num, str(error)) from None

    def _fares(self) -> dict[str, int]:
        """Lowest fare of each route."""
        prices = {cells.get("fare_id", ""): cells.get("price", "") for _n, cells in self._rows("fare_attributes.txt")}
        lowest: dict[str, int] = {}
        for _number, cells in self._rows("fare_rules.txt"):
            price, route = prices.get(cells.get("fare_id", ""), ""), cells.get("route_id", "")
            if price.replace(".", "", 1).isdigit() and route:
                lowest[route] = min(lowest.get(route, 10**9), int(float(price)))
        return lowest

    def _stop(self, cells: Cells) -> None:
        code = _new_code(cells, "stop_id", self.stops)
        row = StopRow(
            code,
            _required(cells, "stop_name")[:200],
            _degrees(cells, "stop_lat", 90),
            _degrees(cells, "stop_lon", 180),
            cells.get("parent_station", ""),
        )
        self.stops[code] = len(self.edition.stops)
        self.edition.stops.append(row)

    def _service(self, code: str) -> DaysRow:
        if code not in self.days:
            self.days[code] = len(self.edition.days)
            self.edition.days.append(DaysRow())
        return self.edition.days[self.days[code]]

    def _week(self, cells: Cells) -> None:
        first, last = _day(cells, "start_date"), _day(cells, "end_date")
        row = self._service(_required(cells, "service_id"))
        row.weekdays = "".join("1" if cells.get(day) == "1" else "0" for day in WEEKDAYS)
        row.first, row.last = first, last

    def _day(self, cells: Cells) -> None:
        code, day = _required(cells, "service_id"), _day(cells, "date")
        row = self._service(code)
        (row.besides if cells.get("exception_type") == "1" else row.without).append(day.isoformat())

    def _route(self, cells: Cells, fares: dict[str, int]) -> None:
        code = _new_code(cells, "route_id", self.routes)
        short, name = cells.get("route_short_name", ""), cells.get("route_long_name", "")
        if not short and not name:
            raise CellError("route_short_name", _("it is empty"))
        self.routes[code] = len(self.edition.routes)
        sort = cells.get("route_desc", "")[:120]
        self.edition.routes.append((code, (short or name)[:60], name[:200], sort, fares.get(code)))

    def _trip(self, cells: Cells) -> None:
        code = _new_code(cells, "trip_id", self.trips)
        route, days = _reference(cells, "route_id", self.routes), _reference(cells, "service_id", self.days)
        self.trips[code] = len(self.edition.trips)
        self.edition.trips.append(TripRow(route, days, cells.get("trip_headsign", "")[:200]))

    def _call(self, cells: Cells) -> None:
        trip, stop = _reference(cells, "trip_id", self.trips), _reference(cells, "stop_id", self.stops)
        arrives, departs = _seconds(cells, "arrival_time"), _seconds(cells, "departure_time")
        if departs < arrives:
            raise CellError("departure_time", _("it leaves before it arrives"))
        place = _required(cells, "stop_sequence")
        if not place.isdigit():
            raise CellError("stop_sequence", _("“%(text)s” is not a whole number") % {"text": place[:40]})
        self.edition.calls.append((trip, int(place), stop, arrives, departs))

    def _frequency(self, cells: Cells) -> None:
        trip = self.edition.trips[_reference(cells, "trip_id", self.trips)]
        since, until = _seconds(cells, "start_time"), _seconds(cells, "end_time")
        between = _required(cells, "headway_secs")
        if not between.isdigit() or int(between) == 0 or until <= since:
            raise CellError("headway_secs", _("it never runs"))
        trip.frequencies.append([since, until, int(between)])

    def _transfer(self, cells: Cells) -> None:
        if cells.get("transfer_type") == "3":  # not possible
            return
        stops = (_reference(cells, "from_stop_id", self.stops), _reference(cells, "to_stop_id", self.stops))
        self.edition.transfers.append(stops)

    def _finish(self) -> None:
        """Compute the start of each trip and the served stops; drop repeated calls."""
        edition = self.edition
        edition.calls.sort()
        calls: list[tuple[int, int, int, int, int]] = []
        for call in edition.calls:
            if calls and calls[-1][:2] == call[:2]:
                edition.faults.append(
                    ConfigError("stop_times.txt", 0, "stop_times.stop_sequence", _("a trip repeats a stop_sequence"))
                )
                continue
            if not calls or calls[-1][0] != call[0]:
                edition.trips[call[0]].begins = call[4]
            edition.stops[call[2]].served = True
            calls.append(call)
        edition.calls = calls
        for stop in [each for each in edition.stops if each.served and each.parent in self.stops]:
            edition.stops[self.stops[stop.parent]].served = True

    def place(self, number: int) -> int:
        """Number of a stop's station, else its own."""
        return self.stops.get(self.edition.stops[number].parent, number)


def _required(cells: Cells, name: str) -> str:
    if not cells.get(name):
        raise CellError(name, _("it is empty"))
    return cells[name]


def _new_code(cells: Cells, name: str, known: dict[str, int]) -> str:
    code = _required(cells, name)
    if code in known:
        raise CellError(name, _("“%(text)s” is repeated") % {"text": code[:40]})
    if len(code) > 60:
        raise CellError(name, _("it is longer than %(most)d characters") % {"most": 60})
    return code


def _reference(cells: Cells, name: str, known: dict[str, int]) -> int:
    code = _required(cells, name)
    if code not in known:
        raise CellError(name, _("“%(text)s” is unknown") % {"text": code[:40]})
    return known[code]


def _degrees(cells: Cells, name: str, limit: int) -> float:
    text = _required(cells, name)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -limit <= value <= limit:
        raise CellError(name, _("“%(text)s” is not a position on earth") % {"text": text[:40]})
    return value


def _seconds(cells: Cells, name: str) -> int:
    """Seconds of the service day; "25:10:00" is ten past one the next morning."""
    text = _required(cells, name)
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or int(parts[1]) > 59 or int(parts[2]) > 59:
        raise CellError(name, _("“%(text)s” is not a time; write 14:05:00") % {"text": text[:40]})
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])


def _day(cells: Cells, name: str) -> date:
    text = _required(cells, name)
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 -- a date alone
    except ValueError:
        raise CellError(name, _("“%(text)s” is not a date; write 20261125") % {"text": text[:40]}) from None
