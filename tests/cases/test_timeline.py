"""Timeline: every change behind it is detected, and the case can be recomputed from it."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import Settings

from kini.cases import actions, rules, timeline
from kini.cases.models import Attachment, Case
from kini.core import crypto, current_time, file_store, files
from kini.core.actors import system
from kini.core.database.key_rotation import rotate_columns
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.conftest import MONDAY
from tests.cases.town import PERMIT, Town, filled, offer, opened, photo
from tests.environment import replace


@pytest.fixture
def rich(town: Town, permit: ServiceVersion) -> Case:
    """A case with a file and some history."""
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    document = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(1))
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(document.pk)]}})
    case = actions.submit(by=by, draft=draft, confirm=True)
    case = actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Why?"})
    case = actions.answer_correction(by=by, case=case, message="Because.")
    case = actions.assign(by=town.named("clerk"), case=case, officer=town.clerk)
    return actions.add_note(by=town.named("clerk"), case=case, text="Fine.")


def behind(sql: str, *values: object) -> None:
    """Do something in the database that the program cannot: past the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_untouched_case_is_good(rich: Case):
    assert timeline.verify_case(rich) == []
    assert list(timeline.verify_all()) == [(rich.reference, [])]


ENTRY = "UPDATE cases_timelineentry SET {} WHERE case_id = %s AND number = 2"
CASE = "UPDATE cases_case SET {} WHERE id = %s"
DOCUMENT = "UPDATE cases_document SET {} WHERE case_id = %s"


@pytest.mark.parametrize(
    "sql",
    [
        ENTRY.format("""data = jsonb_set(data, '{given,message}', '"why?"')"""),
        ENTRY.format("""data = jsonb_set(data, '{given,sealed}', '"AQVsb2NhbA=="')"""),
        ENTRY.format("data = (SELECT data FROM cases_timelineentry WHERE number = 5)"),
        ENTRY.format("at = at + interval '1 microsecond'"),
        ENTRY.format("actor_id = actor_id + 1"),
        ENTRY.format("public = NOT public"),
        ENTRY.format("digest = previous"),
        "DELETE FROM cases_timelineentry WHERE case_id = %s AND number = 2",
        "DELETE FROM cases_timelineentry WHERE case_id = %s AND number = 5",
        "DELETE FROM cases_timelineentry WHERE case_id = %s",
        CASE.format("""answers = jsonb_set(answers, '{boat}', '"camar"')"""),
        CASE.format("sealed = set_byte(sealed, 20, (get_byte(sealed, 20) + 1) %% 256)"),
        CASE.format("sealed = NULL"),
        CASE.format("state = 'granted', closed_at = now(), outcome = 'granted', public = 'done'"),
        CASE.format("due_at = due_at + interval '1 day'"),
        CASE.format("entries = 4"),
        CASE.format("assignee_id = NULL"),
        CASE.format("agency_id = 'roads'"),
        CASE.format("resident_id = resident_id + 1"),
        CASE.format("opened_at = opened_at - interval '1 day'"),
        DOCUMENT.format("name = '\\x00'"),
        DOCUMENT.format("sha256 = source_sha256"),
        DOCUMENT.format("removed_at = now()"),
        "DELETE FROM cases_document WHERE case_id = %s",
    ],
)
def test_whatever_is_changed_in_the_database_is_found(rich: Case, sql: str):
    behind(sql, rich.pk)
    assert timeline.verify_case(rich) != []
    [(reference, faults)] = timeline.verify_all()
    assert reference == rich.reference
    assert faults


def test_an_added_entry_is_found(rich: Case):
    behind(
        "INSERT INTO cases_timelineentry (case_id, number, at, sort, move, from_state, to_state, public, actor_kind,"
        " actor_name, data, previous, digest) SELECT case_id, 6, now(), 'noted', '', '', '', false, 'system', '', data,"
        " digest, digest FROM cases_timelineentry WHERE case_id = %s AND number = 5",
        rich.pk,
    )
    assert timeline.verify_case(rich)


def test_a_later_step_does_not_cover_up_what_was_changed(town: Town, rich: Case):
    behind(CASE.format("""answers = jsonb_set(answers, '{boat}', '"Elang"'), agency_id = 'registry'"""), rich.pk)
    actions.move(by=town.named("clerk"), case=rich, move="accept")
    assert any("answers" in fault for fault in timeline.verify_case(rich))


def test_a_changed_or_missing_file_is_found(rich: Case):
    path = files.path_of(Attachment.objects.get(case=rich).sha256)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert any("missing or changed" in fault for fault in timeline.verify_case(rich))
    assert list(timeline.verify_all(with_files=False)) == [(rich.reference, [])]
    path.unlink()
    assert any("missing or changed" in fault for fault in timeline.verify_case(rich))


def test_a_case_that_vanished_is_missed(rich: Case):
    for table, column in (("timelineentry", "case_id"), ("document", "case_id"), ("draft", "case_id"), ("case", "id")):
        behind(f"DELETE FROM cases_{table} WHERE {column} = %s", rich.pk)
    assert list(timeline.verify_all()) == [(rich.reference, ["the whole case is gone"])]


def test_a_new_hash_key_leaves_the_timeline_whole(rich: Case, town: Town, settings: Settings):
    """Low 14: entries of both keys verify, while the old one stays in the ring; a wrong key is found out."""
    old, new = settings.ENV.hash_key, "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{old}")
    assert timeline.verify_case(rich) == []
    case = actions.add_note(by=town.named("clerk"), case=rich, text="With the new key.")
    assert list(timeline.verify_all()) == [(rich.reference, [])]
    behind(ENTRY.format("actor_name = 'Somebody'"), case.pk)
    assert timeline.verify_case(case) == ["entry 2 was changed"]
    settings.ENV = replace(settings.ENV, hash_key=new)
    assert "entry 1 was changed" in timeline.verify_case(case)
    settings.ENV = replace(settings.ENV, hash_key=old)
    assert f"entry {case.entries} was changed" in timeline.verify_case(case)


def test_new_keys_leave_the_timeline_whole(rich: Case, settings: Settings):
    ring = "new:bmV3LWRhdGEta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4=," + settings.ENV.data_keys
    settings.ENV = replace(settings.ENV, data_keys=ring)
    assert actions.rotate_keys(by=system("tests")) == 2
    assert actions.rotate_keys(by=system("tests")) == 0
    assert rotate_columns(by=system("tests")) > 5
    assert rotate_columns(by=system("tests")) == 0
    file_store.rotate_keys()
    settings.ENV = replace(settings.ENV, data_keys=ring.split(",")[0])
    case = Case.objects.get()
    assert not crypto.needs_rotation(case.sealed)
    assert timeline.verify_case(case) == []


def test_joined_profiles_bring_their_cases_along(town: Town, rich: Case):
    for count in (1, 0):
        by = system("tests")
        assert actions.transfer_to_profile(by=by, gone=town.resident.pk, kept=town.neighbour.pk) == count
    case = Case.objects.get()
    assert case.resident == town.neighbour
    assert timeline.verify_case(case) == []


class TestRecomputing(TestCase):
    """The stored clock equals the one computed from the timeline, whatever happens to the case."""

    @pytest.fixture(autouse=True)
    def _people(self, var: object) -> None:
        """Files of these tests lie in a folder of their own."""

    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 400_000)), max_size=8), days=st.integers(1, 9))
    def test_recomputed_equals_stored(self, steps: list[tuple[int, int]], days: int) -> None:
        town = towns.build()
        version = offer("walk", PERMIT | {"target": {"working_days": days}})
        at = MONDAY
        with current_time.freeze(at):
            case = opened(town.named("resident"), version, town.resident)
        for choice, seconds in steps:
            at += timedelta(seconds=seconds)
            edges = sorted(
                {
                    (move, to)
                    for state, move, to in towns.flows.flow().edges()
                    if state == case.state and move not in (rules.JOIN, rules.SEPARATE)  # these need another case
                }
            )
            if not edges:
                break
            move, _to = edges[choice % len(edges)]
            with current_time.freeze(at):
                case = actions.move(by=system("walk"), case=case, move=move)
        stored = {name: getattr(Case.objects.get(), name) for name in asdict(timeline.recompute(case))}
        assert asdict(timeline.recompute(case)) == stored
        assert timeline.verify_case(case) == []


def test_what_is_sealed_cannot_be_moved_to_another_case(town: Town, permit: ServiceVersion):
    one, other = (opened(town.named("resident"), permit, town.resident) for _ in range(2))
    behind(CASE.format("sealed = (SELECT sealed FROM cases_case WHERE id = %s)"), one.pk, other.pk)
    with pytest.raises(crypto.DecryptionError):
        actions.reveal(
            by=town.named("head"), case=other, what="answers", purpose="verify-documents", reason="Compare the card."
        )
