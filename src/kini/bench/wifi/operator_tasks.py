"""Workloads of operators: importing an inventory, planning new access points."""

import csv
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kini.bench import subprocesses
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import Goal, Measurement, Workload
from kini.city.public import city_tables, pack
from kini.robot.scratch import ScratchCity
from kini.wifi.models import Site
from kini.wifi.public import PlanRequest, candidate_sites, config, planner, planning_rule

#: Rows of the imported list, and the goal in seconds.
ROWS, IMPORT_SECONDS = 10_000, 10
#: Candidate places, new access points, goal in seconds, maximum optimality gap.
PLACES, NEW, PLAN_SECONDS, GAP = 5_000, 500, 120, 0.02


@dataclass(frozen=True, slots=True)
class OperatorTasks:
    """Workloads of operators; the import ran before the benchmark's network replaced it."""

    imported: Measurement

    def workloads(self) -> list[Workload]:
        name = f"choosing {NEW} of {PLACES} places"
        return [
            Workload(f"import of {ROWS} rows", "", lambda *_: self.imported, Goal(seconds=IMPORT_SECONDS), once=True),
            Workload(name, "", lambda *_: _planned(), Goal(seconds=PLAN_SECONDS), once=True),
        ]


def prepare(scratch: ScratchCity) -> OperatorTasks:
    """Import a list into empty tables with the operators' command, then empty them again.

    Raises:
        NotMeasured: the import failed.
    """
    path = scratch.var / "points.csv"
    _write(path)
    Site.objects.all().delete()
    done = subprocesses.run_python(["-m", "kini.cli", "wifi", "import", str(path)])
    imported = Site.objects.count()
    if not imported:
        raise NotMeasured(f"the list of points was not imported: {done.output.strip()[-300:]}")
    Site.objects.all().delete()
    return OperatorTasks(
        Measurement(imported / done.seconds, errors=ROWS - imported, seconds=done.seconds, megabytes=done.megabytes)
    )


def _write(path: Path) -> None:
    """Write sample rows with all columns filled."""
    network = config.network()
    assert network
    kinds, dice = list(network.kinds), Random(3)  # noqa: S311 -- no secret
    areas = [area for area in city_tables().areas.values() if area.active and area.level == pack.current().lowest_level]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        of_point = ["mac", "nas_address", "nas_identifier", "called_station_id", "login_address", "secret", "capacity"]
        table.writerow(["site", "name", "kind", "latitude", "longitude", "monday", "tuesday", *of_point])
        for number in range(ROWS):
            area, host = areas[number % len(areas)], f"10.99.{number >> 8}.{number & 255}"
            mac = f"06-99-00-00-{number >> 8:02X}-{number & 255:02X}"
            spot = area.latitude + dice.uniform(-1e-3, 1e-3), area.longitude + dice.uniform(-1e-3, 1e-3)
            hours = ["07:00-12:00, 13:00-21:00"] * 2
            point = [
                mac,
                host,
                f"ap-{number}",
                f"{mac}:Free",
                f"http://{host}:3990",
                f"{dice.getrandbits(96):024x}",
                40,
            ]
            table.writerow(
                [f"bench-{number}", f"{area.name} {number}", kinds[number % len(kinds)], *spot, *hours, *point]
            )


def _planned() -> Measurement:
    """Plan new access points for the current network; an error unless the optimality gap is below GAP."""
    entry = planning_rule()
    wish = PlanRequest(NEW, entry.radius_m, entry.capacity, entry.cost, budget=None, equity=entry.equity, anywhere=True)
    offered = candidate_sites.grid_candidates(wish.metres)
    began = time.monotonic()
    chosen = Random(4).sample(offered, min(PLACES, len(offered)))  # noqa: S311 -- no secret
    plan = planner.compute_plan(wish, chosen)
    return Measurement(errors=int(plan.gap > GAP or not plan.points), seconds=time.monotonic() - began)
