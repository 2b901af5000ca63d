"""Anonymisation of closed cases past their term; the timeline still verifies, and holds prevent it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.cases import actions, timeline
from kini.cases.actions import anonymise
from kini.cases.models import Attachment, Case
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, system
from kini.core.retention import YEAR
from kini.people import actions as people_actions
from kini.services.models import ServiceVersion
from tests.cases.town import BY, PERMIT, Town, acting, filled, offer, photo

RULE = "cases.answers"


@pytest.fixture
def ended(town: Town, permit: ServiceVersion) -> Case:
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    letter = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo())
    values = {"letter": {"files": [str(letter.pk)]}}
    draft = actions.save_answers(by=by, draft=draft, page="doc-letter", values=values)
    case = actions.submit(by=by, draft=draft, confirm=True)
    actions.add_note(by=town.named("clerk"), case=case, text="Warga Contoh called.")
    return actions.withdraw(by=by, case=case, reason="I, Warga Contoh, moved away.")


def past(years: float = 5.01):
    return current_time.freeze(current_time.now() + years * YEAR)


def applied() -> int:
    return retention.apply(retention.rules.get(RULE))


def test_personal_parts_go_and_the_timeline_still_verifies(ended):
    with past(4.9):
        assert applied() == 0
    with past():
        assert applied() == 1
        assert applied() == 0
    ended.refresh_from_db()
    assert (ended.answers, ended.sealed) == ({}, None)
    assert ended.anonymised_at
    assert not Attachment.objects.exclude(sha256="").exists()
    assert "Warga Contoh" not in str([entry.data for entry in ended.timeline.all()])
    assert timeline.verify_case(ended) == []
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []


def test_its_pages_still_open(ended, town, browse):
    with past():
        applied()
    page = browse(town.resident).get(f"/cases/{ended.reference}/").text
    assert "Camar" not in page
    assert browse(town.head).get(f"/desk/cases/{ended.reference}/").status_code == 200


def test_a_service_names_its_own_term(town):
    version = offer("short", PERMIT | {"retention": {"years": 1, "law": "A law"}})
    by = town.named("resident")
    case = actions.submit(by=by, draft=filled(by, version, town.resident), confirm=True)
    actions.withdraw(by=by, case=case)
    with past(0.9):
        assert applied() == 0
    with past(1.1):
        assert applied() == 1


@pytest.mark.parametrize("of_case", [True, False])
def test_what_is_on_hold_stays_until_the_hold_is_lifted(ended, town, guardian, of_case):
    which = {"reference": ended.reference} if of_case else {"resident": town.resident}
    hold = people_actions.place_legal_hold(by=acting(guardian), reason="Court of Jakarta, 12/2026", **which)
    with past():
        assert applied() == 0
        with pytest.raises(ActionRefused):
            anonymise(by=system("tests"), case=ended)
        line = next(line for line in retention.report() if line.rule.name == RULE)
        assert (line.due, line.on_hold) == (0, 1)
        people_actions.lift_legal_hold(by=acting(guardian), hold=hold, reason="Judgment given")
        assert applied() == 1


def test_open_cases_stay(town, permit):
    by = town.named("resident")
    actions.submit(by=by, draft=filled(by, permit, town.resident), confirm=True)
    with past(20):
        assert applied() == 0


def test_a_report_leads_to_nobody_and_its_figures_stay(town):
    report = {
        "kind": "report",
        "name": "Hole",
        "summary": "A hole.",
        "agency": "roads",
        "for": "Everybody.",
        "ask": [
            {"fields": {"sort": {"type": "choice", "label": "What?", "options": {"deep": "Deep", "flat": "Flat"}}}},
            {"fields": {"words": {"type": "longtext", "label": "Words"}}},
            {"fields": {"spot": {"type": "location", "label": "Where?"}}},
        ],
        "flow": "flow",
        "fee": "free",
        "gives": {"type": "help", "name": "Mended"},
        "report": {"evidence": None},
    }
    version, by = offer("hole", report), town.named("resident")
    pages = {
        "sort": {"sort": "deep"},
        "words": {"words": "Before my door."},
        "spot": {"spot": {"lat": -6.123456, "lon": 106.654321}},
    }
    case = actions.submit(by=by, draft=filled(by, version, town.resident, pages), confirm=True)
    actions.withdraw(by=by, case=case)
    with past(2.1):
        assert applied() == 1
    case.refresh_from_db()
    assert case.answers == {"sort": "deep"}
    assert (case.resident_id, case.submitted_by_id) == (None, None)
    assert (case.latitude, case.longitude) == (-6.12, 106.65)
    assert timeline.verify_case(case) == []


def test_only_the_program_anonymises(ended, town, guardian):
    with past():
        for by in (town.named("resident"), town.named("head"), acting(guardian)):
            with pytest.raises(ActionRefused):
                anonymise(by=by, case=ended)


def update(entry, value: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_timelineentry SET data = %s::jsonb WHERE id = %s", [value, entry.pk])


def test_the_database_lets_only_writing_go_and_the_check_finds_who_did_it_otherwise(ended, town, permit):
    entry = ended.timeline.get(sort="noted")
    with pytest.raises(IntegrityError, match="append-only"):
        update(entry, '{"text": "Something else."}')
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        entry.delete()
    by = town.named("resident")
    open_case = actions.submit(by=by, draft=filled(by, permit, town.neighbour and town.resident), confirm=True)
    actions.add_note(by=town.named("clerk"), case=open_case, text="A note.")
    with pytest.raises(IntegrityError, match="append-only"):
        update(open_case.timeline.get(sort="noted"), "{}")
    update(entry, "{}")
    assert timeline.verify_case(ended) == [f"entry {entry.number} was changed"]


@pytest.fixture
def rated(town: Town, permit: ServiceVersion) -> Case:
    by = town.named("resident")
    case = actions.submit(by=by, draft=filled(by, permit, town.resident), confirm=True)
    case = actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "Full."})
    actions.rate_case(by=by, case=case, score=2, text="Warga Contoh waited for weeks.")
    return case


def test_the_text_of_a_rating_goes_and_its_mark_stays(rated, town):
    with past():
        assert applied() == 1
        rating = rated.ratings.get()
        assert (rating.score, rating.text) == (2, "")
        assert timeline.verify_case(rated) == []
        with pytest.raises(ActionRefused, match="no longer be rated"):
            actions.rate_case(by=town.named("resident"), case=rated, score=5, text="Late.")


def test_what_is_on_hold_keeps_the_text_of_its_rating(rated, guardian):
    people_actions.place_legal_hold(by=acting(guardian), reason="Court of Jakarta, 12/2026", reference=rated.reference)
    with past():
        assert applied() == 0
    assert rated.ratings.get().text


def changed(rating, values: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE cases_rating SET {values} WHERE id = %s", [rating.pk])


def test_the_database_lets_only_the_text_of_a_rating_go_and_only_of_an_ended_case(rated, town):
    rating = rated.ratings.get()
    for values in ("text = 'x'::bytea", "text = '', score = 5", "score = 5", "text = '', at = now()"):
        with pytest.raises(IntegrityError, match="append-only"):
            changed(rating, values)
    actions.move(by=town.named("resident"), case=rated, move="object", values={"message": "Look again."})
    with pytest.raises(IntegrityError, match="append-only"):
        changed(rating, "text = ''")


def test_holds_need_the_permission_and_a_reason(ended, town, guardian):
    with pytest.raises(ActionRefused):
        people_actions.place_legal_hold(by=town.named("head"), reference=ended.reference, reason="Because")
    with pytest.raises(ActionRefused, match="reason"):
        people_actions.place_legal_hold(by=acting(guardian), reference=ended.reference, reason=" ")
    people_actions.place_legal_hold(by=BY, reference=ended.reference, reason="Audit")
    with pytest.raises(ActionRefused, match="already"):
        people_actions.place_legal_hold(by=acting(guardian), reference=ended.reference, reason="Audit")


def test_batches_go_on_where_they_stopped(town, permit, monkeypatch):
    monkeypatch.setattr("kini.cases.retention.CASES_AT_ONCE", 2)
    by = town.named("resident")
    for _ in range(5):
        case = actions.submit(by=by, draft=filled(by, permit, town.resident), confirm=True)
        actions.withdraw(by=by, case=case)
    with current_time.freeze(current_time.now() + timedelta(days=2000)):
        rule = retention.rules.get(RULE)
        assert rule.removal.remove(current_time.now() - retention.term_of(rule)) == 2
        assert applied() == 3
