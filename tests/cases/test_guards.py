"""Constraints and triggers of the database, tested around the ORM."""

import pytest
from django.db import IntegrityError, connection, transaction

from kini.cases.models import Case
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.flows import STATES
from tests.cases.town import PERMIT, Town, offer


def refused(sql: str, *values: object) -> str:
    """The database's words about a statement that it does not take."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            cursor.execute(sql, values)
    return str(refusal.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cases_timelineentry SET sort = 'noted' WHERE case_id = %s",
        "DELETE FROM cases_timelineentry WHERE case_id = %s",
    ],
)
def test_a_timeline_only_grows(case: Case, sql: str):
    assert "append-only" in refused(sql, case.pk)


def test_a_timeline_cannot_be_emptied(case: Case):
    assert "append-only" in refused("TRUNCATE cases_timelineentry CASCADE")


def test_a_state_changes_only_along_the_flow(case: Case):
    assert "no edge" in refused("UPDATE cases_case SET state = 'granted' WHERE id = %s", case.pk)
    assert "no edge" in refused("UPDATE cases_case SET state = 'nowhere' WHERE id = %s", case.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET state = 'decision' WHERE id = %s", [case.pk])


def test_another_versions_edge_is_no_edge(town: Town, case: Case):
    states = {"open": {"name": "Open", "does": "Open.", "public": "waiting", "by": "clerk", "moves": {"go": "granted"}}}
    offer("other", PERMIT, Flow.model_validate({"start": "open", "states": states | {"granted": STATES["granted"]}}))
    assert "no edge" in refused("UPDATE cases_case SET state = 'open' WHERE id = %s", case.pk)


def test_a_case_begins_where_its_flow_begins(case: Case):
    columns = ", ".join(
        field.column for field in Case._meta.concrete_fields if field.column not in ("id", "reference", "state")
    )
    copy = (
        f"INSERT INTO cases_case (reference, state, {columns}) SELECT %s, %s, {columns} FROM cases_case WHERE id = %s"
    )
    assert "no edge" in refused(copy, "TELUK-0000-0000", "decision", case.pk)
    with connection.cursor() as cursor:
        cursor.execute(copy, ["TELUK-0000-0000", "check", case.pk])


@pytest.mark.parametrize("change", ["reference = 'X'", "kind = 'report'", "opened_at = now()", "version_id = {other}"])
def test_a_case_stays_the_same_case(case: Case, permit: ServiceVersion, change: str):
    other = offer("other", PERMIT).pk
    assert "keeps its" in refused(f"UPDATE cases_case SET {change.format(other=other)} WHERE id = %s", case.pk)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("outcome = 'granted'", "cases_closed_with_outcome"),
        ("closed_at = now()", "cases_closed_with_outcome"),
        ("resident_id = NULL", "cases_can_be_followed"),
        ("latitude = 1", "cases_whole_point"),
        ("entries = -1", "entries"),
    ],
)
def test_a_case_is_whole(case: Case, change: str, constraint: str):
    assert constraint in refused(f"UPDATE cases_case SET {change} WHERE id = %s", case.pk)


def test_no_two_entries_have_the_same_number(case: Case):
    message = refused(
        "INSERT INTO cases_timelineentry (case_id, number, at, sort, move, from_state, to_state, public, actor_kind,"
        " actor_name, data, previous, digest) SELECT case_id, number, at, sort, move, from_state, to_state, public,"
        " actor_kind, actor_name, data, previous, digest FROM cases_timelineentry WHERE case_id = %s",
        case.pk,
    )
    assert "cases_entry_number" in message


def test_a_draft_belongs_to_somebody_and_a_document_is_not_empty(case: Case):
    assert "cases_draft_belongs_to_somebody" in refused("UPDATE cases_draft SET owner_id = NULL, session = ''")
    message = refused(
        "INSERT INTO cases_document (id, case_id, slot, name, content_type, size, sha256, source_sha256, uploaded_at)"
        " VALUES (gen_random_uuid(), %s, 'a', 'a', 'a', 0, 'a', 'a', now())",
        case.pk,
    )
    assert "cases_document_not_empty" in message
