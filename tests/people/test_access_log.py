"""Access log: reads once a day, looks every time, no entries about oneself, append-only."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core import current_time
from kini.people import access_log_rules, access_purposes, actions
from kini.people.access_log import AccessType, DataRead
from kini.people.access_log_rules import Threshold
from kini.people.models import AccessLog
from tests.people.conftest import BY, acting

pytestmark = pytest.mark.django_db


def test_a_read_is_logged_once_for_each_officer_thing_and_day(officer, resident):
    reads = [
        DataRead(resident.pk, "TELUK-7F3K-9Q2M"),
        DataRead(resident.pk, "TELUK-7F3K-9Q2M"),
        DataRead(None, "TELUK-1111-1111"),
    ]
    for _ in range(2):
        actions.log_reads(by=acting(officer), what=AccessType.CASE, reads=reads)
    assert AccessLog.objects.count() == 2
    actions.log_reads(
        by=acting(officer), what=AccessType.DOCUMENT, reads=[DataRead(resident.pk, "TELUK-7F3K-9Q2M", "a")]
    )
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        actions.log_reads(by=acting(officer), what=AccessType.CASE, reads=reads)
    assert AccessLog.objects.count() == 5
    entry = AccessLog.objects.filter(what="case", resident=resident).first()
    assert entry
    assert (entry.officer, entry.resident, entry.purpose) == (officer, resident, access_purposes.CASEWORK)


def test_who_is_no_officer_and_who_reads_themselves_leave_no_entry(officer, resident):
    own = actions.ensure_resident(by=BY, user=officer.user)
    actions.log_reads(by=acting(resident), what=AccessType.CASE, reads=[DataRead(own.pk, "TELUK-7F3K-9Q2M")])
    actions.log_reads(
        by=acting(officer), what=AccessType.CASE, reads=[DataRead(own.pk, "TELUK-7F3K-9Q2M"), DataRead(None)]
    )
    assert not AccessLog.objects.exists()


def test_many_reads_are_one_statement(officer, resident, django_assert_num_queries):
    by = acting(officer)
    with django_assert_num_queries(1):
        actions.log_reads(
            by=by, what=AccessType.BOOKING, reads=[DataRead(resident.pk, f"TELUK-{n}") for n in range(30)]
        )
    assert AccessLog.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_stored_reads_are_remembered_once_they_are_committed(officer, resident, django_assert_num_queries):
    by, read = acting(officer), DataRead(resident.pk, "TELUK-7F3K-9Q2M")
    with transaction.atomic():
        actions.log_reads(by=by, what=AccessType.QUEUE, reads=[read])
        transaction.set_rollback(True)
    assert not AccessLog.objects.exists()
    actions.log_reads(by=by, what=AccessType.QUEUE, reads=[read])
    assert AccessLog.objects.count() == 1
    with django_assert_num_queries(0):
        actions.log_reads(by=by, what=AccessType.QUEUE, reads=[read])
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        actions.log_reads(by=by, what=AccessType.QUEUE, reads=[read, DataRead(resident.pk, "TELUK-2")])
    assert AccessLog.objects.count() == 3


@pytest.mark.parametrize(
    "columns",
    [
        {"day": current_time.now().date()},  # the same read once more
        {"day": None, "reason": ""},  # a look without a reason
        {"resident": None, "reference": "", "day": current_time.now().date()},  # of nobody
    ],
)
def test_the_database_refuses_what_the_program_would_not_store(officer, resident, columns):
    row = {"resident": resident, "officer": officer, "what": "case", "reference": "TELUK-7F3K-9Q2M"}
    AccessLog.objects.create(**row, day=current_time.now().date())
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.create(**row | columns)


def test_the_log_cannot_be_changed_or_emptied(officer, resident):
    actions.log_reads(by=acting(officer), what=AccessType.CASE, reads=[DataRead(resident.pk, "TELUK-7F3K-9Q2M")])
    table = AccessLog._meta.db_table
    for statement in (f"UPDATE {table} SET day = NULL", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Compare with the card", True),
        ("Mencocokkan KTP", True),
        (".", False),
        ("0", False),
        ("\u200b\u200d", False),
        ("\u3164" * 12, False),
        ("1234 5678 9012", False),
        ("aaaaaaaa aaaa", False),
        ("Penasaran", False),
        ("a b c d e f g h i j", False),
    ],
)
def test_what_a_reason_is(text: str, says: bool):
    assert access_log_rules.is_reason(access_log_rules.normalise_reason(text)) is says


def test_a_reason_is_kept_as_it_reads():
    assert access_log_rules.normalise_reason(" Ｃard\u200b\n is\u202e  old ") == "Card is old"


def test_unusual_is_much_more_than_one_and_the_others_usually_read():
    threshold = Threshold(least=60, times=3)
    assert access_log_rules.usual_count([0, 10, 0, 20, 30]) == 20
    assert access_log_rules.usual_count([]) == 0
    assert not access_log_rules.is_unusual(59, 1, 1, threshold)
    assert access_log_rules.is_unusual(61, 20, 5, threshold)
    assert not access_log_rules.is_unusual(60, 20, 5, threshold)
    assert not access_log_rules.is_unusual(100, 2, 40, threshold)
