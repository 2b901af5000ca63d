"""Example slots for the demo and the robot."""

from datetime import timedelta

from kini.booking import actions, fixtures, queries
from kini.core import current_time
from kini.services.flows import Flow
from kini.web.formats import city_time
from tests.booking.conftest import FLOW, MONDAY, SERVICE, answers
from tests.cases.town import BY, Town, acting, filled, offer


def test_slots_of_a_day_that_is_too_near_are_not_tried(town: Town, monkeypatch) -> None:
    monkeypatch.setattr(fixtures, "TRIES", 1)
    service = SERVICE | {"booking": SERVICE["booking"] | {"lead_hours": 0, "lead_days": 1}}
    night = city_time(MONDAY).replace(hour=1)
    with current_time.freeze(night):
        version = offer("ferry", service, Flow.model_validate(FLOW))
        actions.open_slots(by=BY, service=version.service)
        draft = filled(town.named("resident"), version, town.resident, answers())
        fixtures.BookingFixtures().complete_extra_page(acting(town.resident), draft, 0)
        booking = queries.of_draft(draft)
    assert booking
    assert city_time(booking.slot.starts_at).date() == night.date() + timedelta(days=1)
