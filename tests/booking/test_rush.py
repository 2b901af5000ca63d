"""Two hundred clients for fifty places, some cut off halfway: fifty bookings, none oversold or lost."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connection

from kini.booking import actions, allocation, queries
from kini.booking.allocation import SlotFull
from kini.booking.models import Booking, Quota, Slot
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import Actor, ActorKind
from kini.people.models import Resident, User
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.booking.conftest import FLOW, SERVICE, first_slots
from tests.cases import town as towns
from tests.cases.town import BY, offer

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS, PLACES, KILLED = 200, 50, 40
GIVEN = {"people": 1, "group": "other", "name": "Warga", "nik": "3171014407900004", "where": "1.1.1"}
#: A worker that books, says so, and is killed before it commits.
WORKER = """
import sys, psycopg
connection = psycopg.connect(sys.argv[1])
print(connection.execute(sys.argv[2]).fetchone()[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def rush(transactional_db: None) -> tuple[ServiceVersion, Slot, list[Resident]]:
    """The ferry with fifty seats for everybody, and two hundred people."""
    towns.build()
    version = offer("ferry", SERVICE, Flow.model_validate(FLOW))
    actions.open_slots(by=BY, service=version.service)
    [slot, *_] = first_slots(version)
    Quota.objects.filter(slot=slot, group="").update(capacity=PLACES)
    users = User.objects.bulk_create(User(email=f"rush-{n}@example.org", password="!") for n in range(CLIENTS))
    people = Resident.objects.bulk_create(Resident(user=user, name=user.email or "") for user in users)
    return version, slot, people


def words(slot: Slot, resident: Resident, state: str = "confirmed") -> str:
    """SQL of a booking."""
    return (
        f"SELECT kini_book('{current_time.now().isoformat()}', {slot.pk}, ARRAY[''], 1, {resident.pk}, "
        f"'{allocation.period_for_slot(slot)}', 'DEAD-{resident.pk}', '{state}', NULL, NULL, NULL, NULL)"
    )


def dsn() -> str:
    """Connection string of the test database, for connections outside the pool."""
    known = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"]
    )


def test_fifty_of_two_hundred_get_a_place_even_when_some_die(
    rush: tuple[ServiceVersion, Slot, list[Resident]],
) -> None:
    version, slot, people = rush
    address, start = dsn(), Barrier(CLIENTS)

    def dies(resident: Resident) -> None:
        """Book, with the connection cut before the end."""
        own = psycopg.connect(address)
        own.execute(words(slot, resident))
        with pytest.raises(psycopg.OperationalError):
            own.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def client(number: int) -> str:
        resident = people[number]
        start.wait(60)
        try:
            if number % (CLIENTS // KILLED) == 0:
                dies(resident)
            return actions.book_slot(
                by=Actor(ActorKind.RESIDENT, resident.user_id),
                service=version.service,
                slot=slot,
                resident=resident,
                group="",
                party=1,
                given=GIVEN,
            )
        except SlotFull:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        responses = list(pool.map(client, range(CLIENTS)))
    confirmed = set(Booking.objects.filter(slot=slot, state="confirmed").values_list("reference", flat=True))
    assert len(confirmed) == PLACES
    assert {reference for reference in responses if reference} == confirmed, (
        "who was told so has a place, and nobody else"
    )
    assert Quota.objects.get(slot=slot, group="").taken == PLACES
    assert not queries.inconsistent_quotas()
    opened = [actions.open_case(by=BY, booking=each) for each in [*queries.without_case(), *queries.without_case()]]
    assert (
        {case.reference for case in opened if case}
        == confirmed
        == set(Case.objects.values_list("reference", flat=True))
    )
    assert Case.objects.count() == PLACES


def test_a_worker_that_is_killed_leaves_its_place_free(rush: tuple[ServiceVersion, Slot, list[Resident]]) -> None:
    _version, slot, people = rush
    Quota.objects.filter(slot=slot, group="").update(capacity=1)
    command = [sys.executable, "-c", WORKER, dsn(), words(slot, people[0])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "booked\n"
        worker.kill()
    with connection.cursor() as cursor:
        cursor.execute(words(slot, people[1]))
        assert cursor.fetchone()[0] == "booked"
    assert [each.resident for each in Booking.objects.all()] == [people[1]]
    assert not queries.inconsistent_quotas()
