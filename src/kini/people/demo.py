"""The people of a first look: a list that the command line writes when it makes them, read here to sign in as one."""

import json
from dataclasses import dataclass
from pathlib import Path

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from kini.core.texts import Text
from kini.people.contacts import Contact

#: Mark of a one-click session in a first look: it needs no further proof there, and is void elsewhere.
METHOD = "demo"


def used(request: HttpRequest) -> bool:
    """Tell whether the visitor signed in with one click in a first look."""
    records = get_authentication_records(request, request.user)
    return settings.ENV.demo and any(record["method"] == METHOD for record in records)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as; `role` says in a few words what one can see and do as them."""

    name: str
    role: Text
    contact: Contact


def path() -> Path:
    """A JSON list of {"name", "role" (text, or texts by language), "phone" or "email"}."""
    return Path(settings.VAR_PATH) / "demo.json"


def people() -> list[DemoPerson]:
    """The demo people in the order of the list; nobody when there is no list."""
    if not path().exists():
        return []
    listed = json.loads(path().read_text("utf-8"))
    return [DemoPerson(each["name"], Text.model_validate(each["role"]), _contact(each)) for each in listed]


def _contact(listed: dict[str, str]) -> Contact:
    return Contact("phone", listed["phone"]) if listed.get("phone") else Contact("email", listed["email"])
