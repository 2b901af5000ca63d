"""Waiting room: direct admission at low demand, numbers and lots at high demand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kini.booking import actions, waiting_room
from kini.cases.models import Draft
from kini.core import current_time
from kini.core.actors import Actor, ActorKind
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.booking.conftest import FLOW, SERVICE, answers
from tests.cases.town import BY, Town, filled, offer
from tests.pagechecks import CheckedClient

#: The first moment of a window of sixty seconds.
START = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def busy(town: Town) -> ServiceVersion:
    """The ferry, which admits two visitors a minute."""
    schedule = SERVICE["booking"] | {"rush": {"admit": 2, "seconds": 60}}
    version = offer("ferry", SERVICE | {"booking": schedule}, Flow.model_validate(FLOW))
    actions.open_slots(by=BY, service=version.service)
    return version


def visitor(number: int) -> Actor:
    return Actor(ActorKind.RESIDENT, 1000 + number)


def asked(version: ServiceVersion, number: int, seconds: float) -> waiting_room.QueuePosition | None:
    with current_time.freeze(START + timedelta(seconds=seconds)):
        return waiting_room.request_admission(by=visitor(number), service=version.service)


def test_few_go_straight_on_and_stay_in(busy: ServiceVersion) -> None:
    assert asked(busy, 1, 0) is None
    assert asked(busy, 2, 1) is None
    assert asked(busy, 1, 500) is None
    third = asked(busy, 3, 2)
    assert third
    assert third.number == 1
    assert 0 < third.seconds <= 60
    assert asked(busy, 3, 61) is None, "the next window lets in anew"


def test_many_are_let_in_by_lot_each_once_and_never_more_than_the_rate(busy: ServiceVersion) -> None:
    waiting = set(range(20))
    order: list[int] = []
    for second in range(0, 60 * 14, 10):
        let_in = [number for number in sorted(waiting) if asked(busy, number, second) is None]
        assert second or let_in == [0, 1], "until somebody has to wait, whoever comes first goes first"
        order += let_in
        waiting -= set(let_in)
    assert not waiting
    assert len(order) == 20
    assert order[2:] != sorted(order[2:]), "drawn, not the fastest first"


def test_whoever_goes_away_is_passed_over_and_late_comers_come_later(busy: ServiceVersion) -> None:
    for number in range(4):
        asked(busy, number, 0)
    late = asked(busy, 9, 59.5)
    assert late
    assert late.number == 3, "of the open window all are before one another"
    after = asked(busy, 10, 61)
    assert after
    assert after.number == 4
    assert asked(busy, 10, 180) is None, "nobody else has asked for two minutes"


def test_the_page_tells_the_number_and_asks_again_by_itself(
    client: CheckedClient, busy: ServiceVersion, town: Town
) -> None:
    draft: Draft = filled(town.named("resident"), busy, town.resident, answers())
    client.force_login(town.resident.user)
    client.cookies["kini_language"] = "en"
    opened = current_time.now().replace(second=10)
    with current_time.freeze(opened):
        for number in range(2):
            waiting_room.request_admission(by=visitor(number), service=busy.service)
        page = client.get(reverse("booking:places", args=[draft.pk]))
    assert "waiting room" in page.content.decode()
    assert '<meta http-equiv="refresh" content="10">' in page.content.decode()
    with current_time.freeze(opened + timedelta(minutes=2)):
        assert "Nearest to Kampung Bukit" in client.get(reverse("booking:places", args=[draft.pk])).content.decode()
