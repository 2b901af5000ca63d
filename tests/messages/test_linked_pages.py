"""Pages to which messages link: a program that opens all links, signed out, changes nothing and answers nothing."""

import ast
import inspect
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse

import kini
from kini.cases.models import Case
from kini.messages.unsubscribe import unsubscribe_url
from tests import link_scanner

#: Stands for the reference of the test's case.
CASE = "CASE"
UUID = "0192f7a0-0000-7000-8000-000000000000"
#: What stands in the address of each linked page.
LINKED: dict[str, list[str]] = {
    "cases:case": [CASE],
    "cases:desk-access": [],
    "cases:desk-case": [CASE],
    "cases:draft": [UUID],
    "epidemic:alert": ["flood"],
    "epidemic:alert-cap": ["flood"],
    "epidemic:alerts-feed": [],
    "epidemic:desk-contact": [CASE],
    "epidemic:warn": [],
    "people:access-log": [],
    "people:profile": [],
    "people:programs": [],
    "records:desk-reviews": [],
    "reports:feed": [],
    "reports:followed": [],
    "reports:public": [],
    "reports:public-report": [CASE],
    "together:desk-holds": [],
    "together:gift": [CASE],
    "together:own-shifts": [],
    "together:pledge": [CASE],
    "together:pool": [CASE],
    "vaccination:desk-events": [],
    "vaccination:own-doses": [],
    "vaccination:person": ["flu", "1"],
    "vaccination:registration": [CASE],
    "vaccination:standby": ["1"],
    "wifi:desk-health": [],
}
#: Pages that a code opens are scanned with it by the tests of their rooms.
BY_CODE = {
    "epidemic:daily-check": "tests.epidemic.tracing.test_daily_answers",
    "reports:area-stop": "tests.reports.test_link_scanner",
    "vaccination:follow-up": "tests.vaccination.visits.test_pages",
}


def linked_routes() -> set[str]:
    """Routes that modules which send messages write addresses of."""
    found = set()
    for path in Path(next(iter(kini.__path__))).rglob("*.py"):
        calls = [each for each in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(each, ast.Call)]
        names = [(getattr(each.func, "attr", getattr(each.func, "id", "")), each.args) for each in calls]
        if any(name == "notify" for name, _given in names):
            found |= {
                given[0].value for name, given in names if name == "reverse" and isinstance(given[0], ast.Constant)
            }
    return found


def test_every_linked_page_is_scanned() -> None:
    assert linked_routes() == LINKED.keys() | BY_CODE.keys()
    for module in BY_CODE.values():
        assert "link_scanner.scan(" in inspect.getsource(__import__(module, fromlist=["x"])), module


def test_opening_links_signed_out_changes_nothing(case: Case) -> None:
    links = [
        reverse(route, args=[case.reference if each == CASE else each for each in given])
        for route, given in LINKED.items()
    ]
    opened = link_scanner.scan([*links, urlsplit(unsubscribe_url("email", "warga@example.test")).path])
    assert set(opened.values()) <= {200, 404}
    assert list(opened.values()).count(200) > len(opened) / 2, "most of them ask to sign in"
