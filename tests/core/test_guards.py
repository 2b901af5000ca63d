"""Append-only tables refuse changes, also around the ORM."""

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core import audit
from kini.core.actors import system
from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def entry() -> AuditEntry:
    audit.record(by=system("test"), action="core.tried", subject="lamp:1", detail={"hours": 3})
    return AuditEntry.objects.get(subject="lamp:1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditentry SET subject = 'lamp:2'",
        "DELETE FROM core_auditentry",
        "TRUNCATE core_auditentry",
        "TRUNCATE core_auditentry CASCADE",
    ],
)
def test_the_audit_trail_only_grows(entry: AuditEntry, statement: str) -> None:
    with pytest.raises(IntegrityError, match=r"core_auditentry is append-only: (UPDATE|DELETE|TRUNCATE) is refused"):
        run(statement)
    entry.refresh_from_db()
    assert entry.subject == "lamp:1"
    audit.record(by=system("test"), action="core.tried", subject="lamp:1")
    assert AuditEntry.objects.count() == 2


def test_a_guard_can_be_put_on_and_taken_off() -> None:
    run("CREATE TABLE lamp (hours integer)")
    run(append_only("lamp"))
    run("INSERT INTO lamp VALUES (3)")
    with pytest.raises(IntegrityError, match="lamp is append-only: DELETE"):
        run("DELETE FROM lamp")
    run(not_append_only("lamp"))
    run("DELETE FROM lamp")


def test_searching_finds_its_extensions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT similarity('kelahiran', 'klahiran') > 0.4, unaccent('Sítí')")
        assert cursor.fetchone() == (True, "Siti")
