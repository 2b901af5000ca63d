"""Demo accounts: a list that the command line writes when it creates them, read by the demo sign-in page."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
    """A demo account; `role` describes in a few words what it can see and do.

    Attributes:
        id, task, group, page: for a person listed by what one wants to do: the task's id, name and heading, and the
            page with the work; empty for others.
    """

    name: str
    role: Text
    contact: Contact
    id: str = ""
    task: Text | None = None
    group: Text | None = None
    page: str = ""

    def matches(self, words: str) -> bool:
        """Return True if the name, role or task has all of these words."""
        shown = f"{self.name} {self.role} {self.task or ''} {self.group or ''}".casefold()
        return all(word in shown for word in words.casefold().split())


def demo_accounts_path() -> Path:
    """Path of the JSON list of {"name", "role" (text, or texts by language), "phone" or "email"}, and for a task its
    {"id", "task", "group", "page"}.
    """
    return Path(settings.VAR_PATH) / "demo.json"


def demo_people() -> list[DemoPerson]:
    """Return the demo accounts in the order of the list; none without a list."""
    if not demo_accounts_path().exists():
        return []
    listed = json.loads(demo_accounts_path().read_text("utf-8"))
    return [_person(each) for each in listed]


def _person(listed: dict[str, Any]) -> DemoPerson:
    person = DemoPerson(listed["name"], Text.model_validate(listed["role"]), _contact(listed))
    if "task" not in listed:
        return person
    task, group = Text.model_validate(listed["task"]), Text.model_validate(listed["group"])
    return replace(person, id=listed["id"], task=task, group=group, page=listed["page"])


def _contact(listed: dict[str, str]) -> Contact:
    return Contact("phone", listed["phone"]) if listed.get("phone") else Contact("email", listed["email"])
