"""A made-up city with two wards and two agencies, and people in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kini.city.models import Agency, Area
from kini.core.actors import Actor, ActorKind, system
from kini.core.models import OutboxMessage
from kini.people import actions, queries
from kini.people.contacts import Contact
from kini.people.models import Officer, Resident, User
from tests.environment import replace
from tests.snapshots import replay

PACK = Path(__file__).parent / "pack"
BY = system("tests")
PHONE, PHONE_TYPED = "+6281234567890", "0812 3456 7890"
#: Numbers that are valid and belong to nobody: a woman born on 4 July 1990, a man born on 17 August 1945.
NIK, OTHER_NIK = "3171014407900004", "3171011708450001"


@pytest.fixture(autouse=True)
def city(settings: Settings) -> None:
    settings.CITY_PATH = PACK
    settings.ENV = replace(settings.ENV, outbox=True, demo=False)


@pytest.fixture
def areas(db: None) -> dict[str, Area]:
    return replay("areas", _make_areas)


def _make_areas() -> dict[str, Area]:
    def area(code: str, level: str, parent: Area | None, name: str) -> Area:
        path = f"{parent.path}/{code}" if parent else code
        depth = parent.depth + 1 if parent else 0
        return Area.objects.create(
            code=code, level=level, depth=depth, name=name, parent=parent, path=path, latitude=-6.2, longitude=106.8
        )

    whole = area("1", "city", None, "Teluk Contoh")
    quarter = area("1.1", "quarter", whole, "Lingkungan Timur")
    return {
        "whole": whole,
        "quarter": quarter,
        "pier": area("1.1.1", "ward", quarter, "Kampung Dermaga"),
        "hill": area("1.1.2", "ward", quarter, "Kampung Bukit"),
    }


@pytest.fixture
def agency(db: None) -> Agency:
    name = {"id": "Dinas Catatan", "en": "Registry"}
    return replay("registry", lambda: Agency.objects.create(id="registry", name=name, short_name="Catatan"))


@pytest.fixture
def other_agency(db: None) -> Agency:
    name = {"id": "Dinas Jalan", "en": "Roads"}
    return replay("roads", lambda: Agency.objects.create(id="roads", name=name, short_name="Jalan"))


@pytest.fixture
def person(db: None) -> Callable[..., Resident]:
    """An account with a named profile."""

    def make(phone: str = PHONE, name: str = "Warga Contoh") -> Resident:
        user = actions.open_account(by=BY, contact=Contact("phone", phone))
        resident = actions.ensure_resident(by=BY, user=user)
        return actions.save_profile(by=BY, resident=resident, details=actions.Details(name=name))

    return make


@pytest.fixture
def resident(person: Callable[..., Resident]) -> Resident:
    return replay("resident", person)


@pytest.fixture
def officer(agency: Agency, person: Callable[..., Resident]) -> Officer:
    """A counter officer of the registry, over the whole city."""
    return replay("officer", lambda: _make_counter_officer(agency, person))


def _make_counter_officer(agency: Agency, person: Callable[..., Resident]) -> Officer:
    counter_officer = make_officer(person("+6281200000001", "Petugas Loket").user, agency, "Petugas Loket")
    actions.grant_role(by=BY, officer=counter_officer, role="counter")
    return counter_officer


def make_officer(user: User | None, agency: Agency, name: str) -> Officer:
    assert user is not None
    return actions.create_officer(by=BY, user=user, agency=agency, name=name)


def acting(who: Resident | Officer) -> Actor:
    if isinstance(who, Officer):
        return queries.officer_actor(who)
    return Actor(ActorKind.RESIDENT, who.user_id)


@pytest.fixture
def signed_in(client: Client, resident: Resident) -> Client:
    assert resident.user is not None
    client.force_login(resident.user)
    return client


def prove(client: Client, to: str = "phone", contact: str = PHONE) -> None:
    """Reauthenticate with a code."""
    client.post("/me/proof/", {"to": to})
    client.post("/me/proof/", {"code": newest_code(contact)})


def newest_message(recipient: str) -> OutboxMessage:
    message = OutboxMessage.objects.filter(recipient=recipient).order_by("-pk").first()
    assert message is not None, f"nothing was sent to {recipient}"
    return message


def newest_code(recipient: str) -> str:
    """Return the code in the newest message to a contact."""
    return next(word for word in newest_message(recipient).text.split() if len(word) == 6 and word.isdigit())
