"""What a benchmark says of its figures."""

import pytest

from kini.bench.table import Goal, Measured, Requests, Work, judged

YARDSTICK = Work("bare", "bare", Requests(["/"]))


def work(goal: Goal, yardstick: str = "bare") -> Work:
    return Work("page", "kini", Requests(["/"]), goal, yardstick)


def row(goal: Goal, *pages: Measured):
    rounds = [{"bare": Measured(1000, 1, 2), "page": page} for page in pages]
    return judged([YARDSTICK, work(goal)], rounds)[1]


@pytest.mark.parametrize(
    ("goal", "holds"),
    [
        (Goal(per_second=400), True),
        (Goal(per_second=401), False),
        (Goal(ratio=0.4), True),
        (Goal(ratio=0.41), False),
        (Goal(p99_ms=150), True),
        (Goal(p99_ms=149), False),
        (Goal(per_second=300, ratio=0.5), False),
        (Goal(), True),
    ],
)
def test_a_row_holds_when_every_part_of_its_goal_does(goal, holds):
    assert row(goal, Measured(400, 20, 150)).holds is holds


def test_one_error_in_any_round_makes_a_row_fall_short():
    fine = Measured(400, 20, 150)
    assert not row(Goal(), fine, Measured(400, 20, 150, errors=1), fine).holds


def test_the_middle_of_the_rounds_counts():
    found = row(Goal(), Measured(100, 9, 90), Measured(500, 1, 10), Measured(400, 5, 50))
    assert (found.measured, found.ratio) == (Measured(400, 5, 50), 0.4)


def test_ratios_are_taken_within_a_round():
    rounds = [
        {"bare": Measured(1000, 1, 2), "page": Measured(400, 1, 2)},
        {"bare": Measured(500, 1, 2), "page": Measured(200, 1, 2)},
        {"bare": Measured(2000, 1, 2), "page": Measured(800, 1, 2)},
    ]
    assert judged([YARDSTICK, work(Goal(ratio=0.4))], rounds)[1].ratio == 0.4


def test_rows_are_written_for_programs():
    assert row(Goal(ratio=0.4), Measured(400, 20.123, 150)).as_json() == {
        "work": "page",
        "per_second": 400,
        "p50_ms": 20.12,
        "p99_ms": 150,
        "ratio": 0.4,
        "goal": "0.40 of it",
        "holds": True,
    }
