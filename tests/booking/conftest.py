"""The town of the cases' tests with a ferry that is booked: two boats a day from the pier, twelve seats each."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kini.booking import actions, api, queries
from kini.booking.kind import request_of_draft
from kini.booking.models import Booking, Slot
from kini.cases.models import Draft
from kini.people.models import Resident
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.web import formats
from tests.cases import flows
from tests.cases.conftest import city as city
from tests.cases.conftest import town as town
from tests.cases.town import BY, PERMIT, Town, acting, filled, offer

FLOW: dict[str, Any] = {
    "start": "booked",
    "states": {
        "booked": {
            "name": "Booked",
            "does": "Come at the time that you chose.",
            "public": "waiting",
            "by": "clerk",
            "moves": {
                "serve": {"to": "served", "label": "Served"},
                "miss": {"to": "missed", "label": "Did not come"},
                "call_off": {"to": "off", "needs": ["reason"], "danger": True, "label": "Call off"},
            },
        },
        "served": {"name": "Served", "does": "You were there.", "public": "done", "end": True, "outcome": "granted"},
        "missed": {"name": "Missed", "does": "You did not come.", "public": "done", "end": True, "outcome": "expired"},
        "off": {
            "name": "Called off",
            "does": "It was called off.",
            "public": "done",
            "end": True,
            "outcome": "expired",
        },
        "withdrawn": flows.STATES["withdrawn"],
    },
}
SERVICE: dict[str, Any] = PERMIT | {
    "kind": "booking",
    "name": {"id": "Perahu", "en": "Ferry"},
    "ask": [
        {"fields": {"people": {"type": "integer", "label": "How many?", "min": 1, "max": 9}}},
        {
            "fields": {
                "group": {
                    "type": "choice",
                    "label": "Who?",
                    "options": {"elderly": "Elderly", "other": "Somebody else"},
                }
            }
        },
    ],
    "attach": {},
    "target": {"days": 30, "confidence": "high"},
    "gives": {"type": "slot", "name": "Ticket"},
    "booking": {
        "level": "ward",
        "hours": {day: ["08:00-10:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")},
        "every": 60,
        "capacity": 12,
        "groups": {
            "elderly": {"name": "Elderly", "places": 2, "letter": "B"},
            "walk-in": {"name": "Unbooked", "places": 1, "letter": "W"},
        },
        "group": "group",
        "party": "people",
        "most": 4,
        "days": 14,
        "lead_hours": 1,
    },
}
#: A Monday, 9 in the morning.
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Clear caches, so that no test sees another test's city."""
    queries.clear_cache()
    api.clear_cache()
    yield
    queries.clear_cache()
    api.clear_cache()


@pytest.fixture
def ferry(town: Town) -> ServiceVersion:
    """The service, with its slots open."""
    version = offer("ferry", SERVICE, Flow.model_validate(FLOW))
    actions.open_slots(by=BY, service=version.service)
    return version


def answers(people: int = 1, group: str = "other") -> dict[str, dict[str, Any]]:
    return {"people": {"people": people}, "group": {"group": group}}


@pytest.fixture
def draft(town: Town, ferry: ServiceVersion) -> Draft:
    """The resident's answered draft: one person, no group."""
    return filled(town.named("resident"), ferry, town.resident, answers())


def first_slots(ferry: ServiceVersion, count: int = 2) -> list[Slot]:
    """Next bookable slots at the pier, from tomorrow on, so that none begins soon."""
    at = queries.venue(ferry.service, "registry-pier")
    assert at
    day = formats.today() + timedelta(days=1)
    availability = queries.slot_availability(ferry.service, at, queries.SlotSearch(day, day + timedelta(days=14)))
    keys = [each.slot for each in availability if each.state == "free"][:count]
    return [slot for key in keys if (slot := queries.slot(ferry.service, key))]


def holding(who: Resident, ferry: ServiceVersion, slot: Slot, people: int = 1, group: str = "other") -> Booking:
    """A booking that holds a slot."""
    draft = filled(acting(who), ferry, who, answers(people, group))
    wanted = request_of_draft(draft)
    return actions.hold_slot(by=acting(who), draft=draft, slot=slot, group=wanted.group, party=wanted.party)
