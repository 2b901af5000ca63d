"""Two hundred people at once on one need, one delivery and one shift: nothing over-pledged, nothing lost."""

from collections import Counter
from collections.abc import Callable, Iterable
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django import Settings

from kini.core.actors import ActionRefused
from kini.core.environment import ROOT
from kini.people.models import Resident
from kini.together import actions
from kini.together.actions.delivery_steps import WrongCode
from kini.together.models import Delivery, NeedLine, Pledge
from kini.together.volunteers import actions as volunteer_actions
from kini.together.volunteers.models import ShiftRole, SignUp
from tests.cases.town import acting
from tests.together.conftest import build, differences
from tests.together.test_pages import signed_in
from tests.together.volunteers.conftest import VolunteerTownBuilder, grown

PEOPLE = 200

pytestmark = [pytest.mark.long, pytest.mark.timeout(900), pytest.mark.django_db(transaction=True)]


def at_once(deeds: Iterable[Callable[[], str]]) -> Counter[str]:
    """Start all deeds in the same moment, each in a thread of its own; counts what they answer."""
    deeds, answers = list(deeds), list[str]()
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], str]) -> None:
        barrier.wait()
        try:
            answers.append(deed())
        except ActionRefused as refusal:
            answers.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == len(deeds), "every thread ended with an answer"
    return Counter(answers)


@pytest.fixture
def crowd() -> list[Resident]:
    return [grown(f"+62813{number:08}", f"Warga {number}") for number in range(PEOPLE)]


@pytest.fixture(autouse=True)
def _city(settings: Settings) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"


def test_two_hundred_give_to_one_need_by_its_page(crowd: list[Resident]) -> None:
    town = build()
    line = town.line(town.need(staples=120))
    address = reverse("together:give", args=[line.pk])
    clients = [signed_in(each) for each in crowd]

    def give(client: object) -> Callable[[], str]:
        key = f"{uuid4()}"
        return lambda: f"{client.post(address, {'key': key, 'quantity': '1'}).status_code}"  # type: ignore[attr-defined]

    answers = at_once(give(each) for each in clients)
    line = NeedLine.objects.get(pk=line.pk)
    assert answers == {"302": 120, "422": 80}
    assert (line.pledged, line.left) == (120, 0)
    assert Pledge.objects.filter(state="held").count() == 120
    assert list(differences()) == []


def test_two_hundred_record_one_delivery() -> None:
    town = build()
    pledge = town.sent(town.line(town.need(staples=40)), 40)
    key = uuid4()

    def deliver(number: int) -> Callable[[], str]:
        own = key if number % 2 else uuid4()  # half of them are the same form, sent again

        def deed() -> str:
            by = acting(town.boss)
            result = actions.record_delivery(by=by, pledge=pledge, code=pledge.code, quantity=40, key=own)
            return "wrong" if isinstance(result, WrongCode) else f"{result.pk}"

        return deed

    answers = at_once(deliver(number) for number in range(PEOPLE))
    delivery = Delivery.objects.get()
    assert set(answers) <= {f"{delivery.pk}", "ActionRefused"}
    assert answers[f"{delivery.pk}"] in (1, PEOPLE // 2)
    actions.record_receipt(by=acting(town.head), pledge=pledge, quantity=40)
    assert list(differences()) == []


def test_two_hundred_sign_up_for_one_shift(crowd: list[Resident]) -> None:
    volunteers = VolunteerTownBuilder(build())()
    activity = volunteers.released({"helper": 60})
    role = volunteers.role("helper", activity)
    known = [(each, volunteers.volunteer(each)) for each in crowd]

    def join(resident: Resident, volunteer: object) -> Callable[[], str]:
        def deed() -> str:
            volunteer_actions.sign_up(by=acting(resident), volunteer=volunteer, role=role, key=uuid4())  # type: ignore[arg-type]
            return "booked"

        return deed

    answers = at_once(join(*each) for each in known)
    role = ShiftRole.objects.get(pk=role.pk)
    assert answers == {"booked": 60, "ActionRefused": 140}
    assert role.taken == SignUp.objects.filter(role=role, state="booked").count() == 60
