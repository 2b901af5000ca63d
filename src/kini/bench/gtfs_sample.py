"""Generated GTFS timetable of a large city: lines that cross on a grid of stops."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

STOPS, LINES, STOPS_A_TRIP = 8_600, 245, 50
#: Stops per row of the grid, and their distance in degrees.
ROW, STEP = 100, 0.004
EVERY = 600  # seconds between two vehicles
type Rows = Iterable[tuple[object, ...]]


def build_gtfs(center: tuple[float, float], today: date) -> bytes:
    """Build the file: every line runs both ways, every ten minutes from 05:00 to 22:00."""
    days = (f"{today - timedelta(days=30):%Y%m%d}", f"{today + timedelta(days=300):%Y%m%d}")
    parts: dict[str, tuple[str, Rows]] = {
        "agency": (
            "agency_id,agency_name,agency_url,agency_timezone",
            [("b", "Bench", "https://bench.example", "UTC")],
        ),
        "calendar": (
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            [("all", 1, 1, 1, 1, 1, 1, 1, *days)],
        ),
        "stops": ("stop_id,stop_name,stop_lat,stop_lon", _stops(center)),
        "routes": ("route_id,route_short_name,route_long_name,route_type", _routes()),
        "trips": ("trip_id,route_id,service_id,trip_headsign", _trips()),
        "stop_times": ("trip_id,stop_sequence,stop_id,arrival_time,departure_time", _calls()),
        "frequencies": ("trip_id,start_time,end_time,headway_secs", _frequencies()),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, (heads, rows) in parts.items():
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(heads.split(","))
            writer.writerows(rows)
            bundle.writestr(f"{name}.txt", text.getvalue())
    return packed.getvalue()


def _stops(center: tuple[float, float]) -> Iterator[tuple[object, ...]]:
    south, west = center[0] - STEP * STOPS / ROW / 2, center[1] - STEP * ROW / 2
    for number in range(STOPS):
        row, column = divmod(number, ROW)
        yield f"s{number}", f"Bench {row}-{column}", round(south + row * STEP, 6), round(west + column * STEP, 6)


def _routes() -> Iterator[tuple[object, ...]]:
    yield from ((f"r{line}", f"{line}", f"Line {line}", 3) for line in range(LINES))


def _both() -> Iterator[tuple[int, int]]:
    yield from ((line, way) for line in range(LINES) for way in (1, -1))


def _trips() -> Iterator[tuple[object, ...]]:
    yield from ((f"t{line}/{way}", f"r{line}", "all", "There" if way > 0 else "Back") for line, way in _both())


def _calls() -> Iterator[tuple[object, ...]]:
    for line, way in _both():
        here = [(line * 35 + number * (1 + line % 3)) % STOPS for number in range(STOPS_A_TRIP)]
        for number, stop in enumerate(here[::way]):
            at = _clock(5 * 3600 + 120 * number)
            yield f"t{line}/{way}", number, f"s{stop}", at, at


def _frequencies() -> Iterator[tuple[object, ...]]:
    yield from ((f"t{line}/{way}", _clock(5 * 3600), _clock(22 * 3600), EVERY) for line, way in _both())


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
