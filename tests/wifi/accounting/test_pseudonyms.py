"""Pseudonyms of people and devices in the session table: the same within a month, another in the next."""

import base64
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core.crypto import keyed_hash
from kini.people.models import User
from kini.wifi import actions
from kini.wifi.models import Device, PseudonymKey
from kini.wifi.radius import authorization
from tests.environment import replace
from tests.wifi.accounting.test_spool import NOW, collected, folder, told, write  # noqa: F401 -- fixtures
from tests.wifi.conftest import BY
from tests.wifi.radius.test_authorization import NOON, PHONE, network  # noqa: F401 -- fixtures

TABLET = "AC-DE-48-00-11-23"
STRANGER = "AC-DE-48-00-11-24"
OCTOBER = int(datetime(2026, 10, 31, 12, tzinfo=UTC).timestamp())


@pytest.fixture
def owned(network):  # noqa: F811
    """A phone and a tablet of one person."""
    person = User.objects.create_user(phone="+351912345670", phone_verified=True)
    for mac in (PHONE, TABLET):
        Device.objects.create(
            mark=keyed_hash(mac, authorization.DEVICE),
            group_id="free",
            owner=person,
            since=datetime(2026, 10, 1, tzinfo=UTC),
            expires_at=NOON,
        )
    return person


def pseudonyms():
    """Of each session, by the number of its month and the device's MAC: (person, device)."""
    names = {keyed_hash(mac, authorization.DEVICE): mac for mac in (PHONE, TABLET, STRANGER)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT day, device, person_pseudonym, device_pseudonym FROM wifi_session ORDER BY started_at")
        return [(day.month, names[bytes(device)], person, own) for day, device, person, own in cursor.fetchall()]


def test_within_a_month_a_person_and_a_device_are_the_same_and_in_the_next_they_are_others(owned, folder):  # noqa: F811
    for at in (OCTOBER, NOW):
        write(folder, *(told(at=at, session=f"{at}{mac}", station=mac) for mac in (PHONE, TABLET, STRANGER)))
        write(folder, told(at=at + 60, session=f"{at}again", station=PHONE))
        collected(folder)
    by_device = pseudonyms()
    people = {(month, mac): person for month, mac, person, _device in by_device}
    devices = {(month, mac): device for month, mac, _person, device in by_device}
    assert len({(month, mac, person, device) for month, mac, person, device in by_device}) == 6
    for month in (10, 11):
        assert people[month, PHONE] == people[month, TABLET]
        assert people[month, STRANGER] is None
    assert people[10, PHONE] != people[11, PHONE]
    values = {*people.values(), *devices.values()} - {None}
    assert len(values) == 2 + 6
    assert {len(value) for value in values} == {16}


def test_sessions_before_a_device_became_theirs_are_not_a_persons(owned, folder):  # noqa: F811
    Device.objects.update(since=NOON + timedelta(milliseconds=700))
    write(folder, told(at=NOW - 1, session="before"), told(at=NOW, session="after"))
    collected(folder)
    before, after = pseudonyms()
    assert before[2] is None
    assert after[2] is not None


def test_a_start_that_is_learnt_late_moves_a_session_to_its_months_pseudonyms(owned, folder):  # noqa: F811
    midnight = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    write(folder, told(at=midnight - 3600, session="other"), told("Interim-Update", midnight + 60))
    collected(folder)
    (before, after) = pseudonyms()
    assert [before[0], after[0]] == [10, 11]
    assert before[2:] != after[2:]
    write(folder, told("Interim-Update", midnight + 360, seconds=600))
    collected(folder)
    assert pseudonyms() == [before, before]


def test_once_a_key_is_destroyed_what_it_made_stays_and_nothing_is_made_again(owned, folder):  # noqa: F811
    write(folder, told())
    collected(folder)
    (before,) = pseudonyms()
    PseudonymKey.objects.update(key=None)
    write(folder, told("Interim-Update", NOW + 300), told(at=NOW + 600, session="s2"))
    collected(folder)
    assert pseudonyms() == [before, (11, PHONE, None, None)]


def test_rotation_seals_the_keys_anew(owned, folder, settings):  # noqa: F811
    write(folder, told())
    collected(folder)
    before = bytes(PseudonymKey.objects.get(month=date(2026, 11, 1)).key)
    ring = f"next:{base64.b64encode(bytes(32)).decode()},{settings.ENV.data_keys}"
    settings.ENV = replace(settings.ENV, data_keys=ring)
    actions.rotate_keys(by=BY)
    assert bytes(PseudonymKey.objects.get().key) != before
    write(folder, told(at=NOW + 60, session="s2"))
    collected(folder)
    first, second = pseudonyms()
    assert first[2:] == second[2:]


def test_a_month_is_named_by_its_first_day(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        PseudonymKey.objects.create(month=date(2026, 11, 2))
