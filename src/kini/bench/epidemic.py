"""`./kini bench epidemic`: indicators and alerts of all areas from made-up case rows, and the public pages.

Yardsticks: one plain GROUP BY of the same rows, and one indexed SELECT through the same server.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.urls import reverse

from kini.analytics import engine
from kini.bench import baselines, subprocesses
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import Goal, Measurement, Requests, Workload
from kini.core.actors import system
from kini.epidemic.public import CASE_CHANGES, SIGNED, create_wave, publish_figures, refresh_case_changes
from kini.web.formats import today

#: Size at which the goals apply, and days of the rows.
ROWS, DAYS = 10_000_000, 500
LAST = date(2026, 11, 30)
SECONDS, MEGABYTES = 8.0, 2_000.0
YARDSTICK, SELECT = "one GROUP BY of the same rows", "one indexed SELECT"
#: Cases of the wave behind the public pages, the goal of the first one, and the load of the others.
DISEASE, WAVE = "covid-19", 3_000
PAGES_A_SECOND, PAGE_P99_MS = 20, 60
#: Past days that are asked for.
PAST_DAYS = 28

#: A wave of two years, with delays of one to three weeks, one death in 60, and one case in 30 corrected later.
_ROWS = """
    CREATE TABLE made_up AS
    WITH drawn AS (
        SELECT $last - (500 * random() * random())::INTEGER AS reported_on,
            list_extract($areas, 1 + floor(random() * len($areas))::INTEGER) AS area,
            (1 - ln(random() + 1e-9) * 4)::INTEGER AS delay, random() AS fate, random() AS place, random() AS person
        FROM range($rows)
    )
    SELECT reported_on, area, reported_on - delay AS onset_on, reported_on - delay // 2 AS specimen_on, fate,
        CASE WHEN fate < 1 / 60 THEN reported_on + 10 END AS died_on,
        CASE WHEN fate < 0.08 THEN reported_on + 1 END AS admitted_on,
        lpad((1 + place * 12)::INTEGER::VARCHAR, 3, '0') AS rw, lpad((1 + person * 14)::INTEGER::VARCHAR, 3, '0') AS rt,
        md5(person::VARCHAR)[:16] AS house, (floor(17 * person) * 5)::SMALLINT AS age_group,
        CASE WHEN place < 0.5 THEN 'female' ELSE 'male' END AS sex, place < 0.02 AS infected_elsewhere,
        place > 0.7 AS known_contact
    FROM drawn
"""
_MONTH = """
    COPY (
        SELECT {columns} FROM (
            SELECT *, 1::TINYINT AS sign, reported_on AS known_on, 'covid-19' AS disease,
                CASE WHEN fate > 1 - 1 / 30 THEN 'suspected' ELSE 'confirmed' END AS classification,
                CASE WHEN fate < 0.02 THEN admitted_on + 3 END AS intensive_on, reported_on + 14 AS ended_on
            FROM made_up
        ) WHERE strftime(known_on, '%Y-%m') = '{month}' ORDER BY disease, area, known_on
    ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def write_rows(root: Path, rows: int, areas: Sequence[str]) -> None:
    """Write a data set of made-up case rows in a folder."""
    days = [LAST - timedelta(days=back) for back in range(DAYS + 1)]
    with closing(engine.connect_duckdb(root / "spill")) as database:
        database.execute("SELECT setseed(0.5)")
        database.execute(_ROWS, {"rows": rows, "last": LAST, "areas": list(areas)})
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, (_arrow, kind) in SIGNED.items())
        with CASE_CHANGES.store(root).change() as change:
            for month in sorted({f"{day:%Y-%m}" for day in days}):
                statement = partial(_MONTH.format, columns=columns, month=month)
                change.write(month, partial(_run, database, statement))


def _run(database: Any, statement: Callable[..., str], path: Path) -> None:
    database.execute(statement(path=path))


def workloads(root: Path, rows: int) -> list[Workload]:
    """Workloads over the rows of a folder; the goals are those of ROWS rows."""
    goal = Goal(seconds=SECONDS, megabytes=MEGABYTES)
    return [
        Workload(YARDSTICK, "", partial(_measure, root, rows, "yardstick")),
        Workload(
            "every indicator, all areas and days", "", partial(_measure, root, rows, "indicators"), goal, YARDSTICK
        ),
        Workload("alerts of all areas by five methods", "", partial(_measure, root, rows, "alerts"), goal, YARDSTICK),
    ]


def publish_wave() -> None:
    """Write a small wave, count it and publish its figures, so that the public pages have something to show."""
    by = system("bench")
    create_wave(by=by, disease=DISEASE, cases=WAVE)
    refresh_case_changes(today())
    publish_figures(by=by, disease=DISEASE, until=today() - timedelta(days=1), everything=True)


def page_workloads(areas: Sequence[str]) -> list[Workload]:
    """Workloads over the public pages.

    The page of today is cached for a minute, as all pages for everybody; past days and areas are so many that most of
    them have to be rendered.
    """
    city = reverse("epidemic:disease", args=[DISEASE])
    past = [f"{city}?on={today() - timedelta(days=back)}" for back in range(1, PAST_DAYS + 1)]
    each = [reverse("epidemic:area", args=[DISEASE, code]) for code in areas]
    paths = [reverse("epidemic:areas", args=[DISEASE]), *past, *each]
    rows = baselines.create_rows(10_000)
    others = f"past days and areas, {PAGES_A_SECOND} asked a second"
    return [
        Workload(SELECT, "bare", Requests([f"/select/{row}" for row in rows]), expected_text="yardstick"),
        Workload("the public page", "kini", Requests([city]), Goal(p99_ms=PAGE_P99_MS), SELECT, "<svg"),
        Workload(others, "kini", Requests(paths, rate=PAGES_A_SECOND), expected_text="<svg"),
    ]


def _measure(root: Path, rows: int, question: str, _address: str, _seconds: float) -> Measurement:
    """Rows per second, seconds and peak memory of a process of its own; a wrong number of cases is an error."""
    done = subprocesses.run_python(["-m", "kini.bench.epidemic_question", str(root), question], errors=None)
    if done.code:
        raise NotMeasured("a question about case rows failed; see above.")
    result = json.loads(done.output)
    seconds = float(result["seconds"])
    lost = int(result["rows"] != rows)
    return Measurement(rows / seconds, errors=lost, seconds=seconds, megabytes=done.megabytes)
