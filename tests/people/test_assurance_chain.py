"""The history of levels of assurance is chained: a tampered row is detected."""

import pytest
from django.db import DatabaseError, connection, transaction

from kini.core import chain
from kini.core.chain import blocks
from kini.core.database import database_roles
from kini.core.models import ChainProposal
from kini.people import actions
from kini.people.actions import Details
from kini.people.models import Assurance, AssuranceChange, Officer, Resident
from kini.people.personal_data import anonymise_profile
from kini.people.rules import NationalId
from tests.people.conftest import BY, NIK, acting

pytestmark = pytest.mark.django_db
PROGRAM = "kini_tests_of_assurance"
TAMPERING = {
    "a raised level": "UPDATE people_assurancechange SET level = 3",
    "another officer": "UPDATE people_assurancechange SET officer_id = NULL",
    "another reason": "UPDATE people_assurancechange SET reason = 'Saya sendiri'",
    "a deleted row": "DELETE FROM people_assurancechange",
}


@pytest.fixture
def proved(officer: Officer, resident: Resident) -> Resident:
    actions.save_profile(by=BY, resident=resident, details=Details("Siti Aminah", NationalId(NIK)))
    actions.prove_at_counter(
        by=acting(officer), resident=resident, document="identity-card", reason="Membawa kartu ke loket"
    )
    _run("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")  # as at the end of a transaction
    _seal()
    return resident


def _seal() -> None:
    """Seal the chain inside the test's transaction; the first run only proposes."""
    blocks.seal_all()
    ChainProposal.objects.update(writers=[])
    blocks.seal_all()


def _run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_a_change_behind_the_program_is_found(proved: Resident, statement: str) -> None:
    report = chain.verify("assurance")
    assert (report.rows, report.findings) == (1, [])
    _run("SET LOCAL session_replication_role = replica", statement, "SET LOCAL session_replication_role = origin")
    assert chain.verify("assurance").findings != []


def test_an_emptied_profile_keeps_its_history_whole(proved: Resident) -> None:
    proved.refresh_from_db()
    anonymise_profile(proved)
    _seal()
    report = chain.verify("assurance")
    assert (report.rows, report.findings) == (2, [])
    newest = AssuranceChange.objects.latest("pk")
    assert (newest.cause, newest.level) == ("released", Assurance.TYPED)


def test_no_rule_of_retention_removes_it(proved: Resident) -> None:
    newest = AssuranceChange.objects.latest("pk")
    assert chain.removable("assurance", before=newest.at.replace(year=newest.at.year + 50)) == []


def test_the_role_of_the_program_may_add_and_not_change(proved: Resident) -> None:
    _run(f"CREATE ROLE {PROGRAM}")
    database_roles.grant(PROGRAM)
    for statement in TAMPERING.values():
        with pytest.raises(DatabaseError, match="permission denied"):
            _run(f"SET LOCAL ROLE {PROGRAM}", statement)
