"""The town of the cases' tests, and a report in it."""

from typing import Any

import pytest

from kini.cases.models import Case
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.conftest import city as city
from tests.cases.conftest import town as town
from tests.cases.flows import STATES
from tests.cases.town import PERMIT, Town, offer, opened
from tests.snapshots import replay

STREET: dict[str, Any] = {
    "start": "intake",
    "states": {
        "intake": {
            "name": "New",
            "does": "We have it.",
            "public": "waiting",
            "by": "clerk",
            "moves": {"start": "work", "close": "solved"},
        },
        "work": {
            "name": "Work",
            "does": "Somebody works on it.",
            "public": "process",
            "by": "field",
            "moves": {"finish": {"to": "check", "needs": ["photo"]}},
        },
        "check": {
            "name": "Check",
            "does": "Somebody checks the photo.",
            "public": "process",
            "by": "clerk",
            "moves": {"close": "solved", "back": "work"},
        },
        "solved": {
            "name": "Solved",
            "does": "It is mended.",
            "public": "done",
            "end": True,
            "outcome": "solved",
            "moves": {
                "reopen": {"to": "again", "by": "resident", "needs": ["message"], "within": 7},
                "audit": {"to": "again", "by": "system"},
            },
        },
        "again": {
            "name": "Again",
            "does": "You say it is not mended.",
            "public": "reopened",
            "by": "clerk",
            "moves": {"start": "work", "close": "solved"},
        },
        "withdrawn": STATES["withdrawn"],
        "joined": STATES["joined"],
    },
}
REPORT = PERMIT | {
    "kind": "report",
    "ask": [
        {"fields": {"what": {"type": "text", "label": "What is broken?"}}},
        {"fields": {"spot": {"type": "location", "label": "Where?"}}},
        {"fields": {"who": {"type": "text", "label": "Your name", "profile": "name"}}},
    ],
    "attach": {},
}
SAID = {
    "what": {"what": "A lamp"},
    "spot": {"spot": {"lat": -6.11, "lon": 106.8, "text": "At the pier", "area": "1.1.1"}},
}


@pytest.fixture
def broken_lamp(town: Town) -> ServiceVersion:
    return replay("broken-lamp", lambda: offer("broken-lamp", REPORT, Flow.model_validate(STREET)))


@pytest.fixture
def report(town: Town, broken_lamp: ServiceVersion) -> Case:
    return replay("report", lambda: opened(town.named("resident"), broken_lamp, town.resident, SAID))


@pytest.fixture
def crew(town: Town) -> Any:
    """A field officer, as one who acts."""
    return towns.acting(towns.employed("+6281200000051", "Petugas Lapangan", town.registry, "field"))
