"""Demo accounts: a list that the command line writes when it creates them, read by the demo sign-in page."""

import json
from dataclasses import dataclass
from pathlib import Path

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from kini.core.localized_text import Text
from kini.people.contacts import Contact

#: Authentication method of a one-click demo session: needs no further proof in demo mode, and is void elsewhere.
DEMO_METHOD = "demo"


def is_demo_session(request: HttpRequest) -> bool:
    """Return True if the visitor signed in with one click in demo mode."""
    records = get_authentication_records(request, request.user)
    return settings.ENV.demo and any(record["method"] == DEMO_METHOD for record in records)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A demo account; `role` describes in a few words what it can see and do."""

    name: str
    role: Text
    contact: Contact


def demo_accounts_path() -> Path:
    """Path of the JSON list of {"name", "role" (text, or texts by language), "phone" or "email"}."""
    return Path(settings.VAR_PATH) / "demo.json"


def demo_people() -> list[DemoPerson]:
    """Return the demo accounts in the order of the list; none without a list."""
    if not demo_accounts_path().exists():
        return []
    listed = json.loads(demo_accounts_path().read_text("utf-8"))
    return [DemoPerson(each["name"], Text.model_validate(each["role"]), _contact(each)) for each in listed]


def _contact(listed: dict[str, str]) -> Contact:
    return Contact("phone", listed["phone"]) if listed.get("phone") else Contact("email", listed["email"])
