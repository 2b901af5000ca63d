"""A resident with a record: two doses, an illness with a test, and a child."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.test import Client

from kini.core import references
from kini.core.actors import Actor, ActorKind
from kini.people import actions as people_actions
from kini.people.actions import Details
from kini.people.models import Resident, User
from kini.vaccination.models import Dose
from tests.cases.town import person, proved
from tests.epidemic.conftest import corner as corner
from tests.epidemic.records_town import Corner, day
from tests.pagechecks import CheckedClient
from tests.snapshots import replay


@dataclass
class Family:
    """A mother with a record, and her child without an account."""

    mother: Resident
    child: Resident
    corner: Corner

    def dose(self, resident: Resident, number: int = 1, **values: object) -> Dose:
        agency = self.corner.agency
        stored = {
            "given_on": day(30),
            "lot_number": "CB4205",
            "elsewhere": "Puskesmas Gambir",
            "state": "given",
        } | values
        return Dose.objects.create(
            **{"uuid": uuid4(), "reference": references.generate("VC"), "person_id": resident.person_id}
            | {"campaign": "covid-19", "vaccine": "sinovac", "number": number, "volume_ul": 500}
            | {"agency": agency, "site_area_path": "31/31.71", "source": "elsewhere"}
            | stored
        )


@pytest.fixture
def family(corner: Corner) -> Family:
    return replay("family", lambda: _make_family(corner))


def _make_family(corner: Corner) -> Family:
    mother = proved(person("+6281234500001", "Siti Contoh", corner.areas["31.71.01.1001"]))
    by = Actor(ActorKind.RESIDENT, mother.user_id)
    child = people_actions.add_family_member(
        by=by, resident=mother, relation="child", details=Details(name="Budi Contoh", number="")
    )
    return Family(mother, getattr(child, "member", child), corner)


@pytest.fixture
def browse() -> Callable[[User], Client]:
    def visit(user: User) -> Client:
        client = CheckedClient(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user)
        return client

    return visit
