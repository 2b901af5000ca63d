"""Visits: comparison, screening, eligibility, the dose with its stock, adverse events, follow-up, phones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.dated_rules import require_rule_in_force
from kini.ledger.public import balance
from kini.messages.models import InboundMessage, Message
from kini.people.actions import NewIdentifier
from kini.people.models import Person, PersonIdentifier
from kini.people.public import NATIONAL_ID
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses import queries as dose_queries
from kini.vaccination.events import DoseChanged
from kini.vaccination.models import AdverseEvent, Dose, FollowUp, Lot, PhoneConflict, Visit
from kini.vaccination.sites import stock
from kini.vaccination.sites.stock import accounts
from kini.vaccination.visits import actions, jobs, queries
from kini.vaccination.visits.day_file import day_file, key_of, usual_values
from kini.vaccination.visits.entries import EventEntry, VisitEntry
from kini.vaccination.visits.follow_up_replies import receive_answer
from kini.vaccination.visits.refusals import VisitRefused
from kini.web.formats import today
from tests.cases import town
from tests.vaccination.doses.dose_town import BY, WHY, Station

pytestmark = pytest.mark.django_db

CARD = {"name": "Siti Contoh", "birth_date": "1990-05-17", "sex": "female"}
NIK = "3171015705900001"


@pytest.fixture
def stocked(station: Station) -> Station:
    """The station with a vial of ten doses of each lot."""
    for lot in station.lots.values():
        stock.receive(by=BY, site=station.sites["gambir"], lot=lot, vials=1, key=uuid4())
    return station


def well() -> dict[str, bool | float]:
    """Answers of somebody who is well, to all questions of today."""
    questions = require_rule_in_force(campaign_of("covid-19").screening, today()).questions
    return {name: each.at_most or 0 if each.kind == "number" else not each.yes for name, each in questions.items()}


def entry(station: Station, **values: Any) -> VisitEntry:
    """A usual dose for a walk-in of today; `answers` are those that differ."""
    differing = values.pop("answers", {})
    answers = None if differing is None else well() | differing
    made = {
        "uuid": uuid4(), "campaign": "covid-19", "walk_in": CARD, "identity": "same", "answers": answers,
        "outcome": "given", "vaccine": "sinovac", "lot": station.lots["sinovac"].pk, "at": current_time.now(),
    }  # fmt: skip
    return VisitEntry.model_validate(made | values)


def visit(station: Station, **values: Any) -> Visit:
    by = values.pop("by", station.acting("vaccinator"))
    happened = values.pop("happened", False)
    return actions.record_visit(by=by, site=station.sites["gambir"], entry=entry(station, **values), happened=happened)


def left(station: Station, lot: str = "sinovac") -> int:
    """Microlitres of a lot at the site, in sealed and opened vials."""
    site, row = station.sites["gambir"], station.lots[lot]
    opened = sum(amount for _vial, amount in accounts.vial_contents(site, row))
    return opened + balance(accounts.sealed(site), accounts.lot_unit(row))


def refused(station: Station, **values: Any) -> str:
    with pytest.raises(VisitRefused) as refusal, transaction.atomic():
        visit(station, **values)
    return refusal.value.code


def test_a_walk_in_without_a_registration_gets_a_dose_out_of_the_stock(stocked: Station):
    done = visit(stocked)
    dose = done.dose
    assert dose
    assert (dose.number, dose.volume_ul, dose.lot, dose.group, done.result) == (
        *(1, 500, stocked.lots["sinovac"], "adult", "go-on"),
    )
    assert (done.observe_until - dose.given_at, left(stocked)) == (timedelta(minutes=15), 4500)
    assert PersonIdentifier.objects.get(person=dose.person).type == "temporary"
    assert [each.days_after for each in FollowUp.objects.order_by("due_on")] == [1, 3, 7]
    assert list(queries.observed(stocked.sites["gambir"])) == [done]


def test_the_same_entry_twice_is_one_dose_and_one_person(stocked: Station):
    sent = entry(stocked)
    by, site = stocked.acting("vaccinator"), stocked.sites["gambir"]
    first = actions.record_visit(by=by, site=site, entry=sent)
    assert actions.record_visit(by=by, site=site, entry=sent) == first
    assert (Dose.objects.count(), Visit.objects.count(), left(stocked)) == (1, 1, 4500)
    with pytest.raises(NotAllowed):
        actions.record_visit(by=stocked.acting("other"), site=stocked.sites["sawah"], entry=sent)


def test_a_number_of_somebody_else_is_noticed_before_the_injection(stocked: Station):
    owner = stocked.corner.person("Budi Santoso", NewIdentifier(NATIONAL_ID, NIK), birth_date=date(1961, 2, 3))
    assert refused(stocked, walk_in=CARD | {"national_id": NIK}) == "identity"
    assert Dose.objects.count() == 0
    same = visit(stocked, walk_in={"name": "Budi Santosa", "birth_date": "1961-02-03", "national_id": NIK})
    assert same.person == owner, "a spelling is no other person"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"identity": ""}, "identity"),
        ({"identity": "similar"}, "identity"),
        ({"answers": None}, "screening"),
        ({"answers": {"temperature": 38.5}}, "screening"),
        ({"answers": {"allergy": True}, "despite": "Dokter setuju"}, "contraindicated"),
        ({"walk_in": {"name": "Adik Contoh", "birth_date": str(today() - timedelta(days=400))}}, "not-eligible"),
        ({"lot": 0}, "lot"),
        ({"vaccine": "bcg"}, "invalid"),
        ({"walk_in": None}, "invalid"),
        ({"campaign": "none"}, "invalid"),
        ({"booking": "KINI-0000-0000", "walk_in": None}, "cancelled"),
    ],
)
def test_what_must_not_be_is_refused_and_nothing_is_stored(stocked: Station, values, code):
    assert refused(stocked, **values) == code
    assert (Dose.objects.count(), Visit.objects.count(), left(stocked)) == (0, 0, 5000)


def test_a_vaccinator_goes_on_with_a_reason_but_not_against_a_contraindication(stocked: Station):
    done = visit(stocked, answers={"had-covid": True}, despite="Sembuh enam bulan lalu")
    assert (done.result, done.despite) == ("ask-doctor", "Sembuh enam bulan lalu")


def test_a_lot_that_is_not_there_is_not_given(stocked: Station):
    other = Lot.objects.create(vaccine="sinovac", number="ELSEWHERE", expires_on=today())
    assert refused(stocked, lot=other.pk) == "lot"
    assert refused(stocked, lot=stocked.lots["pfizer"].pk) == "lot"
    assert [each.lot.number for each in queries.usable_lots(stocked.sites["gambir"], today(), ["sinovac"])] == [
        "SINOVAC-1"
    ]


def test_a_deferred_dose_says_when_to_come_again(stocked: Station):
    done = visit(stocked, outcome="not-done", answers={"temperature": 38.5})
    assert done.dose
    assert (done.outcome, done.dose.state, done.come_again_on) == ("not-done", "not-done", today() + timedelta(days=3))
    assert "37,5" in done.dose.reason or "37.5" in done.dose.reason
    assert left(stocked) == 5000


@pytest.mark.django_db(transaction=True)
def test_two_vaccinators_at_one_moment_record_one_dose(stocked: Station):
    owner = stocked.corner.person("Siti Contoh", NewIdentifier(NATIONAL_ID, NIK), birth_date=date(1990, 5, 17))
    card, start = CARD | {"national_id": NIK}, Barrier(4)

    def send(_number: int) -> str:
        start.wait(60)
        try:
            visit(stocked, walk_in=card)
        except VisitRefused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "given"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == ["given", "recorded", "recorded", "recorded"]
    assert dose_queries.doses_of(owner).count() == 1
    assert left(stocked) == 4500


def test_the_same_dose_by_two_vaccinators_is_recorded_once(stocked: Station):
    owner = stocked.corner.person("Siti Contoh", NewIdentifier(NATIONAL_ID, NIK), birth_date=date(1990, 5, 17))
    visit(stocked, walk_in=CARD | {"national_id": NIK})
    assert refused(stocked, walk_in=CARD | {"national_id": NIK}) == "recorded"
    assert dose_queries.doses_of(owner).count() == 1


def test_somebody_who_reacted_before_stays_for_half_an_hour(stocked: Station):
    assert visit(stocked, reacted_before=True).observe_until - current_time.now() > timedelta(minutes=29)


def test_the_database_holds_that_people_are_compared_and_screened(stocked: Station):
    done = visit(stocked)
    for values in (
        {"identity": ""},
        {"answers": None},
        {"observe_until": None},
        {"dose": None},
        {"identity": "similar"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=done.pk).update(**values)


def happened(station: Station, done: Visit, severity: str, **values: Any) -> AdverseEvent:
    sent = {
        "kind": "event", "uuid": uuid4(), "visit": done.uuid, "severity": severity, "signs": "Biduran",
        "at": current_time.now(),
    }  # fmt: skip
    return actions.record_event(
        by=station.acting("vaccinator"), site=done.site, entry=EventEntry.model_validate(sent | values)
    )


def test_a_serious_event_reaches_the_health_agency(stocked: Station, run_jobs):
    done = visit(stocked)
    uuid = uuid4()
    mild = happened(stocked, done, "mild")
    serious = happened(stocked, done, "serious", uuid=uuid, measures="Adrenalin", referred_to="RSUD Tarakan")
    assert happened(stocked, done, "serious", uuid=uuid) == serious
    manager, epidemiologist = stocked.acting("manager"), town.acting(stocked.corner.officers["epidemiologist"])
    assert list(queries.serious_events(epidemiologist)) == [serious]
    assert list(queries.serious_events(manager)) == [serious]
    assert list(queries.serious_events(stocked.acting("vaccinator"))) == []
    run_jobs()
    assert {each.words["number"] for each in Message.objects.filter(sort="adverse-event-serious")} == {
        serious.reference
    }
    with pytest.raises(NotAllowed):
        actions.review_event(by=stocked.acting("vaccinator"), event=serious, review="x")
    actions.review_event(by=epidemiologist, event=serious, review="Anafilaksis, tertangani")
    with pytest.raises(ActionRefused):
        actions.review_event(by=epidemiologist, event=serious, review="Lagi")
    assert mild.reviewed_at is None
    actions.end_visit(by=stocked.acting("vaccinator"), visit=done)
    assert list(queries.present(done.site)) == []


def test_who_had_a_dose_is_asked_and_answers_by_message_or_link(stocked: Station, client, run_jobs):
    owner = town.person("+628120000777", "Siti Contoh")
    dose = stocked.dose(owner.person)
    done = Visit.objects.create(
        uuid=dose.uuid, site=dose.site, person=owner.person, campaign="covid-19", came_at=dose.given_at
    )
    codes = [f"7F3K-9Q2M-V0XA-4TBE-8HJ{each}" for each in range(2)]
    asked = [
        FollowUp.objects.create(dose=dose, days_after=each, due_on=today(), code=code)
        for each, code in enumerate(codes, 1)
    ]
    jobs.ask_after_doses()
    jobs.ask_after_doses()
    assert Message.objects.filter(sort="dose-follow-up").count() == 2
    code = dose.reference[-4:]

    def reply(text: str, sender: str = "+628120000777") -> str | None:
        return receive_answer(InboundMessage(text=text, sender=sender))

    assert reply("status") is None
    assert "kode" in (reply("V 0000 1") or "") or "code" in (reply("V 0000 1") or "")
    assert reply(f"V {code} 1", sender="+628120000778") != reply(f"v {code.lower()} 2 sesak napas")
    asked[1].refresh_from_db()
    assert asked[1].feeling == "serious"
    [event] = AdverseEvent.objects.all()
    assert (event.severity, event.signs, event.source) == ("serious", "sesak napas", "follow-up")
    assert done.outcome == ""


def test_a_dose_that_moves_takes_its_visit_events_and_questions_along(stocked: Station, run_jobs):
    done = visit(stocked)
    event = happened(stocked, done, "mild")
    right = stocked.person("Budi Contoh")
    wrong = done.dose.person
    dose_actions.move_to_person(by=stocked.acting("manager"), dose=done.dose, person=right, reason=WHY)
    run_jobs()
    done.refresh_from_db()
    event.refresh_from_db()
    assert (done.person, event.dose.person, FollowUp.objects.filter(dose__person=right).count()) == (right, right, 3)
    assert left(stocked) == 4500, "the stock stays as it is"
    assert not Visit.objects.filter(person=wrong).exists()
    assert not Message.objects.exists(), "nobody is reached for either of them"


def test_the_right_person_of_a_moved_dose_is_told_once(stocked: Station, run_jobs):
    done, right = visit(stocked), town.person("+628120000778", "Budi Contoh")
    dose_actions.move_to_person(by=stocked.acting("manager"), dose=done.dose, person=right.person, reason=WHY)
    run_jobs()
    jobs.move_visit(DoseChanged(done.dose.pk, done.person_id))
    message = Message.objects.get(sort="dose-moved-here")
    assert message.user == right.user
    assert all(words in message.text for words in ("Budi Contoh", done.dose.reference, "Sentra gambir")), message.text
    assert "Siti" not in message.text


# ---- phones


def send(station: Station, *sent: VisitEntry, by: str = "vaccinator") -> list[str]:
    """Send entries as a phone does; "recorded", or the code of the conflict, for each."""
    answers = []
    for each in sent:
        conflict = actions.receive_entry(
            by=station.acting(by), site=station.sites["gambir"], uuid=str(each.uuid), sent=each.model_dump(mode="json")
        )
        answers.append(conflict.code if conflict else "recorded")
    return answers


def test_what_a_phone_sends_again_doubles_nothing(stocked: Station):
    day = [entry(stocked, walk_in=CARD | {"name": f"Siti {name}"}) for name in ("Aminah", "Rahmah", "Zubaidah")]
    assert send(stocked, *day) == ["recorded"] * 3
    assert send(stocked, *reversed(day), *day) == ["recorded"] * 6
    assert (Dose.objects.count(), Person.objects.filter(source="vaccination.visit").count()) == (3, 3)
    assert left(stocked) == 3500


def test_conflicts_come_back_as_a_list_and_nothing_is_dropped(stocked: Station):
    site, by = stocked.sites["gambir"], stocked.acting("vaccinator")
    empty = Lot.objects.create(vaccine="sinovac", number="EMPTY", expires_on=today())
    card = CARD | {"national_id": NIK}
    first, twice, gone = entry(stocked, walk_in=card), entry(stocked, walk_in=card), entry(stocked, lot=empty.pk)
    broken = first.model_dump(mode="json") | {"uuid": str(uuid4()), "at": "yesterday"}
    assert send(stocked, first) == ["recorded"]
    assert send(stocked, twice, gone) == ["recorded", "lot"], "the first is recorded by somebody else"
    assert PhoneConflict.objects.count() == 2
    assert actions.receive_entry(by=by, site=site, uuid=broken["uuid"], sent=broken)
    assert send(stocked, gone) == ["lot"], "it stays one conflict"
    conflicts = {each.code: each for each in queries.open_conflicts(site)}
    assert set(conflicts) == {"recorded", "lot", "invalid"}
    with pytest.raises(ActionRefused):
        actions.decide_conflict(by=by, conflict=conflicts["lot"], decision="recorded", reason="")
    with pytest.raises(NotAllowed):
        actions.decide_conflict(by=stocked.acting("other"), conflict=conflicts["lot"], decision="discarded", reason=WHY)
    actions.decide_conflict(
        by=by, conflict=conflicts["lot"], decision="recorded", reason="Salah baca", lot=stocked.lots["sinovac"].pk
    )
    actions.decide_conflict(by=by, conflict=conflicts["recorded"], decision="discarded", reason="Dosis yang sama")
    with pytest.raises(ActionRefused, match="not readable"):
        actions.decide_conflict(by=by, conflict=conflicts["invalid"], decision="recorded", reason=WHY)
    assert Dose.objects.get(uuid=gone.uuid).lot == stocked.lots["sinovac"]
    assert (Dose.objects.count(), left(stocked)) == (2, 4000)
    assert send(stocked, gone, twice) == ["recorded", "recorded"], "decided entries that are sent again change nothing"
    assert Dose.objects.count() == 2


def test_a_dose_that_was_given_is_recorded_though_the_books_have_none(stocked: Station):
    lot = stocked.lots["sinovac"]
    Lot.objects.filter(pk=lot.pk).update(expires_on=today() - timedelta(days=1))
    sent = entry(stocked)
    assert send(stocked, sent) == ["lot"]
    [conflict] = PhoneConflict.objects.all()
    actions.decide_conflict(
        by=stocked.acting("vaccinator"), conflict=conflict, decision="recorded", reason="Sudah disuntikkan"
    )
    assert Dose.objects.get(uuid=sent.uuid).lot == lot
    assert Visit.objects.get().despite == "Sudah disuntikkan"


def test_the_day_for_a_phone_has_what_is_needed_to_compare_and_nothing_else(stocked: Station):
    by, site = stocked.acting("vaccinator"), stocked.sites["gambir"]
    arrived = visit(stocked, outcome="", identity="", answers=None)
    content = day_file(by, site, today())
    [person] = content["people"]
    assert (person["name"], person["born"], person["visit"]) == ("Siti Contoh", "1990-05-17", str(arrived.uuid))
    assert (person["may"], person["number"], "national_id" in person) == (True, 1, False)
    assert [each["number"] for each in content["lots"] if each["vaccine"] == "sinovac"] == ["SINOVAC-1"]
    assert len(key_of(by, site, today())) == 32
    assert key_of(by, site, today()) != key_of(stocked.acting("other"), site, today())


def test_usual_values_lie_within_the_limits():
    assert usual_values(34, 37.4)[-2:] == ["37.2", "37.4"]
    assert usual_values(80, 139) == ["80", "90", "100", "110", "120", "130"]
    assert usual_values(None, None) == []
