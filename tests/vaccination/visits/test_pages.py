"""Pages of the vaccination site without JavaScript: a walk-in, a wrong number that is fixed, phones' requests."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from kini.core import current_time
from kini.messages.models import Message
from kini.people.actions import NewIdentifier
from kini.people.public import NATIONAL_ID
from kini.vaccination.models import AdverseEvent, Dose, DoseDispute, FollowUp, PhoneConflict, Visit
from kini.vaccination.sites import stock
from tests import link_scanner
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.doses.dose_town import BY, WHY, Station
from tests.vaccination.visits.test_visits import CARD, NIK, entry, well

pytestmark = pytest.mark.django_db

PERSON = {"name": "Siti Contoh", "born": "17/5/1990", "sex": "female", "campaign": "covid-19"}


@pytest.fixture
def stocked(station: Station) -> Station:
    stock.receive(by=BY, site=station.sites["gambir"], lot=station.lots["sinovac"], vials=1, key=uuid4())
    return station


def at(name: str, *more: object) -> str:
    return reverse(f"vaccination:{name}", args=["site-gambir", *more])


def signed_in(client: CheckedClient, station: Station, name: str) -> CheckedClient:
    client.force_login(station.officers[name].user)
    return client


def form(station: Station, **more: str) -> dict[str, str]:
    answers = {
        f"answer-{name}": "yes" if value is True else "no" if value is False else str(value)
        for name, value in well().items()
    }
    return {"identity": "same", "outcome": "given", "lot": f"sinovac/{station.lots['sinovac'].pk}"} | answers | more


def test_a_walk_in_is_vaccinated_and_observed(stocked: Station, client):
    signed_in(client, stocked, "vaccinator")
    assert client.get(reverse("vaccination:desk-sites")).url == at("desk-day")
    assert client.get(at("desk-day")).status_code == 200
    assert client.post(at("desk-walk-in"), {"name": "S"}).status_code == 422
    arrived = client.post(at("desk-walk-in"), PERSON)
    assert arrived.status_code == 303
    page = client.get(arrived.url)
    assert b"Siti Contoh" in page.content
    assert client.post(arrived.url, form(stocked, identity="")).status_code == 422
    refused = client.post(arrived.url, form(stocked, **{"answer-temperature": "38,5"}))
    assert refused.status_code == 422
    assert b'name="despite"' in refused.content
    done = client.post(arrived.url, form(stocked))
    assert done.status_code == 303, done.context["wrong"]
    visit = Visit.objects.get()
    assert (visit.outcome, Dose.objects.count()) == ("given", 1)
    assert client.get(arrived.url).status_code == client.get(at("desk-day")).status_code == 200
    event = {"key": str(uuid4()), "severity": "mild", "signs": "Nyeri"}
    client.post(at("desk-visit-event", visit.uuid), event)
    client.post(at("desk-visit-event", visit.uuid), event)
    client.post(at("desk-visit-event", visit.uuid), {})
    assert AdverseEvent.objects.count() == 1
    client.post(at("desk-visit-end", visit.uuid))
    visit.refresh_from_db()
    assert visit.ended_at
    assert client.get(arrived.url).status_code == 200
    follow_up = FollowUp.objects.first()
    address = reverse("vaccination:follow-up", args=[follow_up.code])
    assert link_scanner.scan([address]) == {address: 200}
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"feeling": "serious", "words": "Sesak"}).status_code == 200
    for _phone_of_one_operator in range(65):
        assert client.get(address).status_code == 200
    wrong = reverse("vaccination:follow-up", args=["0000-0000-0000-0000-0000"])
    for number in range(60):
        assert client.get(wrong, REMOTE_ADDR=f"2001:db8::{number + 1:x}").status_code == 404
    assert client.get(address, REMOTE_ADDR="2001:db8::ffff").status_code == 429


def test_somebody_known_is_found_by_name_and_birth_date(stocked: Station, client):
    known = stocked.person("Siti Nurhayati")
    signed_in(client, stocked, "vaccinator")
    typed = PERSON | {"name": "Siti Nurhajati"}
    page = client.post(at("desk-walk-in"), typed)
    assert b"Siti Nurhayati" in page.content
    assert not Visit.objects.exists()
    client.post(at("desk-walk-in"), typed | {"person": str(known.pk)})
    client.post(at("desk-walk-in"), typed | {"person": str(stocked.person("Lain Sekali", birth_date=None).pk)})
    assert [each.person for each in Visit.objects.all()] == [known]
    client.post(at("desk-walk-in"), typed | {"person": "new"})
    assert Visit.objects.exclude(person=known).count() == 1


def test_a_wrong_number_is_disputed_and_the_dose_moved(stocked: Station, client, run_jobs):
    owner = town.person("+628120000777", "Siti Contoh")
    dose = stocked.dose(owner.person)
    client.force_login(owner.user)
    assert dose.reference.encode() in client.get(reverse("vaccination:own-doses")).content
    address = reverse("vaccination:dispute-dose", args=[dose.reference])
    assert client.get(address).status_code == 200
    assert client.post(address, {"words": " "}).status_code == 422
    assert client.post(address, {"words": "Saya tidak disuntik"}).status_code == 303
    assert client.post(address, {"words": "Lagi"}).status_code == 422
    right = stocked.corner.person("Budi Contoh", NewIdentifier(NATIONAL_ID, NIK), birth_date=date(1990, 5, 17))
    signed_in(client, stocked, "manager")
    desk = reverse("vaccination:desk-dose", args=[dose.reference])
    assert dose.reference.encode() in client.get(reverse("vaccination:desk-disputes")).content
    assert client.get(desk).status_code == 200
    decision = {"deed": "decide", "decision": "moved", "answer": WHY, "national_id": NIK}
    assert client.post(desk, decision).status_code == 422
    assert client.post(desk, decision | {"evidence": "KTP"}).status_code == 303
    dose.refresh_from_db()
    assert (dose.person, DoseDispute.objects.get().decision) == (right, "moved")
    run_jobs()
    message = Message.objects.get(user=owner.user, sort="dose-dispute-decided")
    assert all(words in message.text for words in (dose.reference, WHY)), message.text
    assert message.link == reverse("vaccination:own-doses")
    assert client.get(desk).status_code == 200
    assert client.post(desk, {"deed": "correct", "number": "2", "reason": WHY, "version": "2"}).status_code == 303
    assert client.post(desk, {"deed": "error", "reason": WHY, "version": "2"}).status_code == 422
    assert client.post(desk, {"deed": "error", "reason": WHY, "version": "3"}).status_code == 303
    assert client.get(f"{reverse('vaccination:desk-disputes')}?number={dose.reference}").status_code == 303
    client.force_login(owner.user)
    page = client.get(reverse("vaccination:own-doses"))
    assert page.context["doses"] == []
    assert WHY in page.content.decode()


def test_pages_are_for_those_who_work_there(stocked: Station, client):
    dose = stocked.dose()
    signed_in(client, stocked, "other")
    for name in ("desk-day", "phone", "phone-day", "desk-walk-in", "desk-conflicts"):
        assert client.get(at(name)).status_code == 404
    assert client.get(reverse("vaccination:desk-dose", args=[dose.reference])).status_code == 403
    assert client.get(reverse("vaccination:desk-events")).status_code == 403


def test_a_phone_gets_its_day_and_sends_entries(stocked: Station, client):
    signed_in(client, stocked, "vaccinator")
    page = client.get(at("phone"))
    assert "Kini-Keep-Until" in page.headers
    day = client.get(at("phone-day")).json()
    assert (len(day["key"]), day["file"]["people"]) == (44, [])
    assert "file" not in client.get(at("phone-day") + "?day=2020-01-01").json()
    sent = [entry(stocked), entry(stocked, lot=0, walk_in=CARD | {"name": "Budi Contoh"})]
    body = json.dumps({"entries": [each.model_dump(mode="json") for each in sent]})

    def send(body: str):
        headers = {"Sec-Fetch-Site": "same-origin"}
        return client.post(at("phone-entries"), body, content_type="application/json", headers=headers)

    for _time in range(2):
        assert [each["state"] for each in send(body).json()["answers"]] == ["recorded", "conflict"]
    assert (Dose.objects.count(), send("[]").status_code, send('{"entries": [{}]}').status_code) == (1, 422, 422)
    assert client.get(at("desk-conflicts")).status_code == 200
    conflict = PhoneConflict.objects.get()
    assert client.post(at("desk-conflicts"), {"conflict": conflict.pk, "decision": "discarded"}).status_code == 422
    decided = {"conflict": conflict.pk, "decision": "recorded", "reason": WHY, "lot": stocked.lots["sinovac"].pk}
    assert client.post(at("desk-conflicts"), decided).status_code == 303
    assert Dose.objects.count() == 2


def test_a_serious_event_is_reviewed(stocked: Station, client):
    dose = stocked.dose()
    values = {"uuid": uuid4(), "reference": "AE-1234-5678", "severity": "serious", "signs": "Sesak", "source": "site"}
    event = AdverseEvent.objects.create(dose=dose, began_at=current_time.now(), **values)
    signed_in(client, stocked, "manager")
    address = reverse("vaccination:desk-events")
    assert b"AE-1234-5678" in client.get(address).content
    assert client.post(address, {"event": "AE-1234-5678", "review": " "}).status_code == 422
    assert client.post(address, {"event": "AE-1234-5678", "review": "Tertangani"}).status_code == 303
    event.refresh_from_db()
    assert event.reviewed_at
    assert client.get(address).status_code == 200
