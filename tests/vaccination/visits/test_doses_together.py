"""Several doses at one visit: one comparison, one screening, a lot each; what is not given is free at once."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.urls import reverse

from kini.booking.models import Booking
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.dated_rules import require_rule_in_force
from kini.people.models import Officer
from kini.records.models import Membership
from kini.satusehat.visit_facts import visit_facts
from kini.services.models import Service
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.models import AdverseEvent, Dose, FollowUp, Registration, StandbyRequest, Visit
from kini.vaccination.registrations import actions as registration_actions
from kini.vaccination.sites import stock
from kini.vaccination.sites.models import AddedDose, Session
from kini.vaccination.visits import actions, queries
from kini.vaccination.visits.day_file import day_file
from kini.vaccination.visits.entries import VisitEntry
from kini.web.formats import today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.registrations.nursery import BY, Nursery
from tests.vaccination.sites.conftest import begin, sound

__all__ = ["sound"]

pytestmark = pytest.mark.django_db


@dataclass
class Arrived:
    """The child at the site for three doses, in the session of one of them."""

    nursery: Nursery
    session: Session
    booking: Booking
    officer: Officer
    visit: Visit

    @property
    def by(self) -> Actor:
        return town.acting(self.officer)

    @property
    def page(self) -> str:
        return reverse("vaccination:desk-visit", args=[self.nursery.site.pk, self.visit.uuid])

    def client(self) -> CheckedClient:
        client = CheckedClient()
        client.force_login(self.officer.user)
        return client

    def form(self, *not_given: str, **more: str) -> dict[str, str]:
        """The usual form, without the doses of these series."""
        questions = require_rule_in_force(campaign_of("childhood").screening, today()).questions
        answers = {
            f"answer-{name}": str(each.at_most or 36) if each.kind == "number" else "no" if each.yes else "yes"
            for name, each in questions.items()
        }
        lots = {
            f"lot-{series}": "no" if series in not_given else f"{vaccine}/{self.nursery.lots[vaccine].pk}"
            for series, vaccine in (("dpt-hb-hib", "dpt-hb-hib"), ("polio-oral", "opv"), ("rotavirus", "rotavirus"))
        }
        return {"identity": "same", "outcome": "given"} | answers | lots | more

    def states(self) -> dict[str, str]:
        return dict(Registration.objects.values_list("series", "state"))


@pytest.fixture
def arrived(nursery: Nursery) -> Arrived:
    site, session = nursery.site, nursery.session(capacity=1)
    lead = nursery.book(nursery.register(), session)
    booking = Booking.objects.get(vaccination_registration=lead)
    begin(session)
    Service.objects.update(kind="information")  # check-in needs no definition of it
    officer = town.employed("+6281200000599", "Petugas Vaksin", site.agency, "vaccinator")
    Membership.objects.create(officer=officer, facility=site.facility, role="care", since=current_time.now())
    entry = VisitEntry(uuid=uuid4(), campaign="childhood", booking=booking.reference, at=current_time.now())
    visit = actions.record_visit(by=town.acting(officer), site=site, entry=entry)
    return Arrived(nursery, session, booking, officer, visit)


def test_three_doses_are_given_with_one_form(
    arrived: Arrived, run_jobs: Callable[[], int], sound: Callable[[], None]
) -> None:
    client = arrived.client()
    page = client.get(arrived.page).text
    assert all(each in page for each in ("DPT-HB-Hib 2", "Polio 3", "Rotavirus 2"))
    done = client.post(arrived.page, arrived.form())
    assert done.status_code == 303, done.context["wrong"]
    given = Dose.objects.filter(given_on=today())
    assert {(each.vaccine, each.number, each.lot) for each in given} == {
        ("dpt-hb-hib", 2, arrived.nursery.lots["dpt-hb-hib"]),
        ("opv", 3, arrived.nursery.lots["opv"]),
        ("rotavirus", 2, arrived.nursery.lots["rotavirus"]),
    }
    assert set(AddedDose.objects.values_list("ended_because", flat=True)) == {"given"}
    assert [each.pk for each in queries.observed(arrived.nursery.site)] == [arrived.visit.pk]
    assert Visit.objects.filter(part_of=arrived.visit, outcome="given", identity="same").count() == 2
    assert FollowUp.objects.values("dose").distinct().count() == 1
    run_jobs()
    assert set(arrived.states().values()) == {"given"}
    assert "OPV" in client.get(arrived.page).text.upper()
    sound()


def test_the_same_form_twice_gives_no_second_dose(arrived: Arrived, sound: Callable[[], None]) -> None:
    client = arrived.client()
    client.post(arrived.page, arrived.form())
    client.post(arrived.page, arrived.form())
    assert (Dose.objects.filter(given_on=today()).count(), Visit.objects.count()) == (3, 3)
    sound()


def test_a_dose_that_the_screening_refuses_is_left_out_and_the_others_are_given(
    arrived: Arrived, run_jobs: Callable[[], int], sound: Callable[[], None]
) -> None:
    client, weak, free = arrived.client(), {"answer-weak-immunity": "yes"}, arrived.nursery.free("opv")
    refused = client.post(arrived.page, arrived.form(**weak))
    assert refused.status_code == 422
    assert "Polio" in refused.context["wrong"]
    assert not Dose.objects.filter(given_on=today()).exists()
    done = client.post(arrived.page, arrived.form("polio-oral", "rotavirus", **weak))
    assert done.status_code == 303, done.context["wrong"]
    assert dict(Dose.objects.filter(given_on=today()).values_list("vaccine", "state")) == {
        "dpt-hb-hib": "given",
        "opv": "not-done",
        "rotavirus": "not-done",
    }
    assert (arrived.nursery.free("opv"), arrived.nursery.free("opv", "added")) == (free + 1, 0)
    run_jobs()
    assert arrived.states() == {"dpt-hb-hib": "given", "polio-oral": "cancelled", "rotavirus": "cancelled"}
    sound()


def test_without_the_dose_of_the_place_the_others_are_given(
    arrived: Arrived, run_jobs: Callable[[], int], sound: Callable[[], None]
) -> None:
    client, free = arrived.client(), arrived.nursery.free("dpt-hb-hib")
    assert client.post(arrived.page, arrived.form("dpt-hb-hib")).status_code == 422  # without a reason
    done = client.post(arrived.page, arrived.form("dpt-hb-hib", reason="Ibu minta lain hari"))
    assert done.status_code == 303, done.context["wrong"]
    assert arrived.nursery.free("dpt-hb-hib") == free + 1
    run_jobs()
    assert arrived.states() == {"dpt-hb-hib": "waiting", "polio-oral": "given", "rotavirus": "given"}
    assert [each.outcome for each in queries.observed(arrived.nursery.site)] == ["given"]
    sound()


def test_who_is_turned_away_frees_every_dose_at_once(arrived: Arrived, sound: Callable[[], None]) -> None:
    free = {each: arrived.nursery.free(each) for each in ("dpt-hb-hib", "opv", "rotavirus")}
    form = arrived.form(outcome="not-done", reason="Demam 39 derajat")
    assert arrived.client().post(arrived.page, form).status_code == 303
    assert {each: arrived.nursery.free(each) for each in free} == {each: count + 1 for each, count in free.items()}
    assert arrived.states() == {"dpt-hb-hib": "waiting", "polio-oral": "waiting", "rotavirus": "waiting"}
    assert Booking.objects.get(pk=arrived.booking.pk).state == "served"
    sound()


def test_an_event_is_recorded_after_the_dose_that_it_followed(arrived: Arrived) -> None:
    client = arrived.client()
    client.post(arrived.page, arrived.form())
    part = Visit.objects.get(dose__vaccine="opv", part_of=arrived.visit)
    event = {"key": str(uuid4()), "severity": "mild", "signs": "Muntah", "dose": str(part.uuid)}
    client.post(reverse("vaccination:desk-visit-event", args=[arrived.nursery.site.pk, arrived.visit.uuid]), event)
    assert AdverseEvent.objects.get().dose == part.dose
    assert "Muntah" in client.get(arrived.page).text


def test_the_agency_sees_every_dose_of_the_day_beside_a_serious_event(arrived: Arrived) -> None:
    arrived.client().post(arrived.page, arrived.form())
    values = {"uuid": uuid4(), "reference": "AE-1234-5678", "severity": "serious", "signs": "Sesak", "source": "site"}
    dose = Dose.objects.get(vaccine="opv", given_on=today())
    AdverseEvent.objects.create(dose=dose, began_at=current_time.now(), **values)
    manager = town.employed("+6281200000598", "Pengelola Vaksin", arrived.nursery.site.agency, "vaccine-manager")
    client = CheckedClient()
    client.force_login(manager.user)
    page = client.get(reverse("vaccination:desk-events")).text
    lots = arrived.nursery.lots
    assert {name for name, lot in lots.items() if f", {lot.number}" in page} == {"dpt-hb-hib", "opv", "rotavirus"}


def test_who_comes_without_an_appointment_may_get_all_that_is_due(nursery: Nursery, arrived: Arrived) -> None:
    registration_actions.end_missed(by=BY, registration=Registration.objects.get(together_with=None))
    Visit.objects.update(booking=None)
    client = arrived.client()
    assert "Polio 3" in client.get(arrived.page).text
    assert client.post(arrived.page, arrived.form("rotavirus")).status_code == 303
    assert set(Dose.objects.filter(given_on=today()).values_list("vaccine", flat=True)) == {"dpt-hb-hib", "opv"}


def test_the_waiting_list_is_called_with_the_dose_of_who_was_turned_away(
    arrived: Arrived, sound: Callable[[], None]
) -> None:
    nursery, site = arrived.nursery, arrived.nursery.site
    Session.objects.exclude(pk=arrived.session.pk).delete()
    elder = town.person("+6281200000077", "Ibu Tunggu")
    stock.open_vial(by=BY, site=site, lot=nursery.lots["dpt-hb-hib"])
    assert elder.user
    request = StandbyRequest.objects.create(
        person=elder.person, user=elder.user, site=site, campaign="childhood", vaccines=["dpt-hb-hib"], day=today(),
        made_at=current_time.now(),
    )  # fmt: skip
    arrived.client().post(arrived.page, arrived.form(outcome="not-done", reason="Demam"))
    request.refresh_from_db()
    assert request.state == "called"
    sound()


def test_a_phone_sends_each_dose_and_the_last_one_ends_the_appointment(
    arrived: Arrived, run_jobs: Callable[[], int], sound: Callable[[], None]
) -> None:
    site, lots = arrived.nursery.site, arrived.nursery.lots
    file = day_file(arrived.by, site, today())
    [person] = file["people"]
    assert (file["campaigns"]["childhood"]["observe"], file["campaigns"]["covid-19"]["observe"]) == (30, 15)
    assert person["dose"] == "DPT-HB-Hib 2"
    assert [(each["name"], each["booked"]) for each in person["others"][:2]] == [
        ("Polio 3", True),
        ("Rotavirus 2", True),
    ]
    questions = require_rule_in_force(campaign_of("childhood").screening, today()).questions
    answers = {name: each.at_most or 36 if each.kind == "number" else not each.yes for name, each in questions.items()}
    whole = {
        "kind": "visit", "uuid": str(uuid4()), "campaign": "childhood", "booking": arrived.booking.reference,
        "identity": "same", "answers": answers, "outcome": "given", "at": current_time.now().isoformat(),
        "vaccine": "dpt-hb-hib", "lot": lots["dpt-hb-hib"].pk, "more_follow": True,
    }  # fmt: skip
    part = whole | {
        "uuid": str(uuid4()), "part_of": whole["uuid"], "booking": "", "vaccine": "opv", "lot": lots["opv"].pk,
        "more_follow": False,
    }  # fmt: skip
    assert actions.receive_entry(by=arrived.by, site=site, uuid=str(whole["uuid"]), sent=whole) is None
    assert arrived.nursery.free("opv", "added") == 1
    for _sent_twice in range(2):
        assert actions.receive_entry(by=arrived.by, site=site, uuid=str(part["uuid"]), sent=part) is None
    assert set(Dose.objects.filter(given_on=today()).values_list("vaccine", flat=True)) == {"dpt-hb-hib", "opv"}
    assert AddedDose.objects.get(vaccine="opv").ended_because == "given"
    assert AddedDose.objects.get(vaccine="rotavirus").ended_because == "released"
    run_jobs()
    assert arrived.states() == {"dpt-hb-hib": "given", "polio-oral": "given", "rotavirus": "waiting"}
    sound()


def test_the_national_record_gets_one_encounter(arrived: Arrived) -> None:
    arrived.client().post(arrived.page, arrived.form())
    facts = [visit_facts(each) for each in Dose.objects.filter(given_on=today()).order_by("pk")]
    first = Visit.objects.get(part_of=None).dose
    assert first
    assert {each.encounter for each in facts if each} == {first.uuid}
    assert all(each and each.others_stand for each in facts)
