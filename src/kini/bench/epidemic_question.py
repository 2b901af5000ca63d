"""Answer one question about made-up case rows in this process, so that its memory can be measured.

Prints the result as JSON: seconds, and the number of rows that were read.
"""

import json
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import django
import numpy as np


def main(root: Path, question: str) -> None:
    django.setup()
    from kini.analytics import engine
    from kini.bench.epidemic import DAYS, LAST
    from kini.epidemic.public import CASE_CHANGES

    files = CASE_CHANGES.store(root)
    rows = sum(partition.rows for partition in files.manifest().partitions.values())
    first = LAST - timedelta(days=DAYS - 1)
    started = time.monotonic()
    if question == "yardstick":
        with closing(engine.connect_duckdb(root / "spill")) as database:
            paths = [str(path) for path in files.paths()]
            database.execute(
                "SELECT area, reported_on, count(*) FROM read_parquet($paths) GROUP BY ALL", {"paths": paths}
            ).fetchnumpy()
    elif question == "indicators":
        _indicators(root, first)
    else:
        _alerts(root, first)
    print(json.dumps({"seconds": time.monotonic() - started, "rows": rows}))


def _indicators(root: Path, first: date) -> None:
    from kini.bench.epidemic import DAYS, LAST
    from kini.epidemic.public import (
        CASE_CHANGES,
        MEASURED,
        NOT_IN_RECORDS,
        Question,
        count_cases,
        disease_of,
        indicators_of_counts,
        smallest_areas,
    )

    areas, files = smallest_areas(), CASE_CHANGES.store(root)
    questions = [Question.usual(name) for name in MEASURED]
    usual = count_cases("covid-19", questions, areas, first, LAST, files=files)
    counts = dict(zip(MEASURED, usual, strict=True)) | dict.fromkeys(NOT_IN_RECORDS, np.ones((len(areas), DAYS)))
    found = indicators_of_counts(disease_of("covid-19"), areas, counts, first)
    assert all(each.shape == (len(areas), DAYS) for each in found.values())


def _alerts(root: Path, first: date) -> None:
    from kini.bench.epidemic import LAST
    from kini.epidemic.public import (
        CASE_CHANGES,
        FARRINGTON_WEEKS,
        Question,
        alert_bounds,
        count_cases,
        disease_of,
        smallest_areas,
    )

    areas = smallest_areas()
    question = [Question.usual("confirmed")]
    daily = count_cases("covid-19", question, areas, first, LAST, files=CASE_CHANGES.store(root))[0]
    weeks = daily.shape[1] // 7
    recent = daily[:, -weeks * 7 :].reshape(len(areas), weeks, 7).sum(-1)
    past = np.random.default_rng(1).poisson(recent.mean(), (len(areas), FARRINGTON_WEEKS)).astype(float)
    rules = disease_of("covid-19").surveillance.alerts
    assert rules
    found = alert_bounds(np.concatenate([past, recent], axis=1), weeks, rules.methods)
    found.alarms(recent, rules)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
