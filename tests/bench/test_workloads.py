"""Evaluation of benchmark measurements."""

import pytest

from kini.bench.workloads import Goal, Measurement, Requests, Workload, evaluate, select_workloads

YARDSTICK = Workload("bare", "bare", Requests(["/"]))


def work(goal: Goal, baseline: str = "bare") -> Workload:
    return Workload("page", "kini", Requests(["/"]), goal, baseline)


def row(goal: Goal, *pages: Measurement):
    rounds = [{"bare": Measurement(1000, 1, 2), "page": page} for page in pages]
    return evaluate([YARDSTICK, work(goal)], rounds)[1]


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
    assert row(goal, Measurement(400, 20, 150)).holds is holds


def test_one_error_in_any_round_makes_a_row_fall_short():
    fine = Measurement(400, 20, 150)
    assert not row(Goal(), fine, Measurement(400, 20, 150, errors=1), fine).holds


@pytest.mark.parametrize(
    ("goal", "measured", "holds"),
    [
        (Goal(seconds=60), Measurement(seconds=60), True),
        (Goal(seconds=60), Measurement(seconds=60.1), False),
        (Goal(seconds=60), Measurement(per_second=5), False),
        (Goal(megabytes=2000), Measurement(megabytes=2001), False),
        (Goal(seconds=5, megabytes=2000), Measurement(seconds=4, megabytes=1999), True),
    ],
)
def test_what_is_done_once_holds_within_its_time_and_memory(goal, measured, holds):
    assert row(goal, measured).holds is holds


def test_what_is_measured_once_is_judged_by_its_one_round():
    rounds = [{"bare": Measurement(1000, 1, 2), "page": Measurement(400, 1, 2)}, {"bare": Measurement(10, 1, 2)}]
    result = evaluate([YARDSTICK, work(Goal(ratio=0.4))], rounds)[1]
    assert (result.measured.per_second, result.ratio) == (400, 0.4)


def test_works_are_chosen_by_words_together_with_their_yardsticks():
    workloads = [YARDSTICK, Workload("other", "bare", Requests(["/"])), work(Goal())]
    assert [each.name for each in select_workloads(workloads, "PAG")] == ["bare", "page"]
    assert select_workloads(workloads, "nothing") == []


def test_the_middle_of_the_rounds_counts():
    result = row(Goal(), Measurement(100, 9, 90), Measurement(500, 1, 10), Measurement(400, 5, 50))
    assert (result.measured, result.ratio) == (Measurement(400, 5, 50), 0.4)


def test_ratios_are_taken_within_a_round():
    rounds = [
        {"bare": Measurement(1000, 1, 2), "page": Measurement(400, 1, 2)},
        {"bare": Measurement(500, 1, 2), "page": Measurement(200, 1, 2)},
        {"bare": Measurement(2000, 1, 2), "page": Measurement(800, 1, 2)},
    ]
    assert evaluate([YARDSTICK, work(Goal(ratio=0.4))], rounds)[1].ratio == 0.4


def test_rows_are_written_for_programs():
    assert row(Goal(ratio=0.4), Measurement(400, 20.123, 150)).as_json() == {
        "work": "page",
        "per_second": 400,
        "p50_ms": 20.12,
        "p99_ms": 150,
        "ratio": 0.4,
        "seconds": None,
        "megabytes": None,
        "errors": 0,
        "goal": "0.40 of it",
        "holds": True,
    }
