"""Reports near in place and time may be the same thing; who reported stays unknown to officers."""

from datetime import timedelta

import pytest

from kini.cases import queries
from kini.cases.models import Case
from kini.core import current_time
from kini.services.models import ServiceVersion
from tests.cases.town import Town, opened
from tests.reports.conftest import SAID

DEGREE = 111_195.0  # metres in a degree of latitude


def beside(town: Town, version: ServiceVersion, metres: float) -> Case:
    """A neighbour's report, so far to the north of the first."""
    spot = SAID["spot"]["spot"] | {"lat": -6.11 + metres / DEGREE}
    return opened(town.named("neighbour"), version, town.neighbour, SAID | {"spot": {"spot": spot}})


@pytest.mark.parametrize(
    ("metres", "found"), [(0.0, True), (60.0, True), (99.0, True), (101.0, False), (5000.0, False)]
)
def test_within_a_hundred_metres(town: Town, report: Case, broken_lamp: ServiceVersion, metres: float, found: bool):
    other = beside(town, broken_lamp, metres)
    alike = queries.duplicate_candidates(town.named("clerk"), report)
    assert [each.case.pk for each in alike] == ([other.pk] if found else [])
    assert all(each.metres == pytest.approx(metres, abs=1) for each in alike)


@pytest.mark.parametrize(("days", "found"), [(13, 1), (15, 0)])
def test_within_two_weeks(town: Town, report: Case, broken_lamp: ServiceVersion, days: int, found: int):
    with current_time.freeze(current_time.now() - timedelta(days=days)):
        beside(town, broken_lamp, 10)
    assert len(queries.duplicate_candidates(town.named("clerk"), report)) == found


def test_the_nearest_first_and_not_too_many(town: Town, report: Case, broken_lamp: ServiceVersion):
    for metres in (50, 10, 90, 30, 70, 20):
        beside(town, broken_lamp, metres)
    metres = [round(each.metres or 0, -1) for each in queries.duplicate_candidates(town.named("clerk"), report)]
    assert metres == [10, 20, 30, 50, 70]
