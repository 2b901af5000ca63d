"""A first look has public reports, and some that wait for the visitor."""

from datetime import timedelta

from pytest_django import Settings

from kini.core import current_time
from kini.reports import actions, first_look, queries
from kini.reports.models import Publication
from kini.services.models import ServiceVersion
from tests.cases.town import Town
from tests.environment import replace
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import reported


def test_all_but_the_newest_are_released_once(town: Town, lamps: ServiceVersion, settings: Settings) -> None:
    start = current_time.now()
    cases = []
    for days in range(first_look.LEFT_WAITING + 2):
        with current_time.freeze(start - timedelta(days=days)):
            cases.append(reported(town, lamps))
    first_look.write_first_look()
    assert not queries.released().exists(), "a city that is no demo is left alone"
    settings.ENV = replace(settings.ENV, demo_cases=True)
    first_look.write_first_look()
    assert {each.case for each in queries.released()} == set(cases[first_look.LEFT_WAITING :])
    actions.make_private(by=town.named("resident"), case=cases[-1])
    first_look.write_first_look()
    assert Publication.objects.filter(state=Publication.WAITING).count() == first_look.LEFT_WAITING
    assert queries.released().count() == 1
