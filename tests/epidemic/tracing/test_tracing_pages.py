"""Pages of tracers: the interview, the work list and the contact, over HTTP."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from kini.epidemic.models import Contact, DailyCheck
from kini.people.models import AccessLog, FamilyTie
from kini.people.public import details_of
from tests.cases import town as towns
from tests.epidemic.tracing.conftest import DAY, HealthCity

ANSWERS = {"name": "Kontak Baru", "phone": "0812 3456 7890", "age": "30", "relation": "colleague", "setting": "indoors"}


def test_an_interview_leads_to_the_work_list_and_the_follow_up(tracer_browser: Client, health: HealthCity) -> None:
    case = health.case()
    page = reverse("epidemic:desk-interview", args=[case.reference])
    assert "6 Juli 2021" in tracer_browser.get(page).content.decode()
    answers = ANSWERS | {"last_day": DAY.isoformat(), "area": health.east.pk}
    address = f"{page}?key={uuid4()}"
    for _ in range(2):
        assert tracer_browser.post(address, answers).status_code == 303
    contact = Contact.objects.get()
    assert details_of(contact.person).phone == "+6281234567890"
    listed = tracer_browser.get(reverse("epidemic:desk-tracing")).content.decode()
    assert "Kontak Baru" in listed
    assert AccessLog.objects.filter(what="contact-tracing").exists()
    check = f"{reverse('epidemic:desk-contact-check', args=[contact.reference])}?key=one"
    sent = {"outcome": "symptoms", "symptom": ["fever", "breathless"], "day": DAY.isoformat()}
    for _ in range(2):
        assert tracer_browser.post(check, sent).status_code == 303
    stored = DailyCheck.objects.get()
    assert (stored.symptoms, stored.red_flag) == (["breathless", "fever"], True)
    shown = tracer_browser.get(reverse("epidemic:desk-contact", args=[contact.reference])).content.decode()
    assert "112" in shown
    end = reverse("epidemic:desk-contact-end", args=[contact.reference])
    assert tracer_browser.post(end, {"deed": "handled", "reason": "Ambulans"}).status_code == 303
    assert tracer_browser.post(end, {"deed": "lost", "reason": ""}).status_code == 422
    assert tracer_browser.post(end, {"deed": "lost", "reason": "Pindah"}).status_code == 303
    contact.refresh_from_db()
    assert contact.follow_up == "lost"


def test_an_interview_says_what_is_missing(tracer_browser: Client, health: HealthCity) -> None:
    page = reverse("epidemic:desk-interview", args=[health.case().reference])
    answers = ANSWERS | {"phone": "12", "setting": "", "last_day": (DAY + timedelta(days=1)).isoformat()}
    response = tracer_browser.post(page, answers)
    assert response.status_code == 422
    assert Contact.objects.count() == 0


def test_the_household_comes_from_the_family_register(tracer_browser: Client, health: HealthCity) -> None:
    father, child = towns.person("+6281200000001", "Ayah Contoh", health.east), towns.person("+62812000002", "Anak")
    FamilyTie.objects.create(resident=father, member=child, relation="child")
    case = health.case(person=father.person)
    page = reverse("epidemic:desk-interview", args=[case.reference])
    assert "Anak" in tracer_browser.get(page).content.decode()
    sent = {"member": [str(child.pk)], "last_day": DAY.isoformat()}
    assert (
        tracer_browser.post(reverse("epidemic:desk-interview-household", args=[case.reference]), sent).status_code
        == 303
    )
    contact = Contact.objects.get()
    assert (contact.person, contact.exposures.get().household) == (child.person, True)


def test_another_health_centre_sees_nothing(client: Client, health: HealthCity) -> None:
    case = health.case()
    contact = health.contact(case)
    client.force_login(health.other.user)
    for name, reference in (("desk-contact", contact.reference), ("desk-interview", case.reference)):
        assert client.get(reverse(f"epidemic:{name}", args=[reference])).status_code == 404
    assert "Kontak Contoh" not in client.get(reverse("epidemic:desk-tracing")).content.decode()


def test_an_officer_does_not_see_contacts_of_their_own_household(tracer_browser: Client, health: HealthCity) -> None:
    own = towns.person("+6281200000070", "Diri Sendiri", health.east)
    assert own.user == health.tracer.user
    from kini.epidemic.tracing import actions
    from kini.epidemic.tracing.rules import Exposure

    contact = actions.record_contact(
        by=towns.BY, case=health.case(), person=own.person, exposure=Exposure("household", "home", DAY)
    )
    assert tracer_browser.get(reverse("epidemic:desk-contact", args=[contact.reference])).status_code == 404
