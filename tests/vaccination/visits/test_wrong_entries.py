"""Entries of phones that cannot be true: a wrong clock, a birth date of nobody."""

from datetime import timedelta
from uuid import uuid4

import pytest

from kini.core import current_time
from kini.people.models import Person
from kini.vaccination.models import Dose
from kini.vaccination.visits import actions
from tests.vaccination.doses.dose_town import Station
from tests.vaccination.visits.test_visits import entry, left, refused, stocked

__all__ = ["stocked"]
pytestmark = pytest.mark.django_db


def test_a_phone_with_a_slow_clock_opens_no_vial_in_the_past(stocked: Station):
    """The rest of a vial that was opened weeks ago would be written off."""
    for before in (timedelta(days=1), timedelta(days=40)):
        assert refused(stocked, at=current_time.now() - before) == "lot"
    assert left(stocked) == 5000
    assert not Dose.objects.exists()
    sent = entry(stocked, at=current_time.now() - timedelta(days=40))
    conflict = actions.receive_entry(
        by=stocked.acting("vaccinator"), site=stocked.sites["gambir"], uuid=str(sent.uuid),
        sent=sent.model_dump(mode="json"),
    )  # fmt: skip
    assert conflict
    assert "SINOVAC-1" in conflict.problem


@pytest.mark.parametrize("born", ["1790-05-17", "2190-05-17"])
def test_a_phone_sends_nobody_who_is_not_born_or_not_alive(stocked: Station, born: str):
    people, uuid = Person.objects.count(), str(uuid4())
    sent = entry(stocked, outcome="").model_dump(mode="json") | {"uuid": uuid}
    sent["walk_in"]["birth_date"] = born
    by, site = stocked.acting("vaccinator"), stocked.sites["gambir"]
    conflict = actions.receive_entry(by=by, site=site, uuid=uuid, sent=sent)
    assert conflict
    assert conflict.code == "invalid"
    assert Person.objects.count() == people
