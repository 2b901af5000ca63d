"""Register of breaches: deadline, one notification each, letter, append-only history."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from kini.core import current_time
from kini.core.actors import NotAllowed
from kini.messages.models import Message
from kini.people.models import Resident
from kini.privacy import actions
from kini.privacy.actions import BreachFacts
from kini.privacy.models import Breach
from tests.cases.town import acting, opened

FORM = {
    "title": "A list went to a wrong address",
    "happened_at": "2026-11-20T10:00",
    "known_at": "2026-11-21T09:30",
    "data": "Names and phone numbers",
    "cause": "A wrong address was chosen.",
    "measures": "The list was deleted.",
}


@pytest.fixture
def desk(guardian, browse):
    return browse(guardian)


@pytest.fixture
def breach(desk) -> Breach:
    assert desk.post(reverse("privacy:desk-breach-new"), FORM).status_code in (302, 303)
    return Breach.objects.get()


def step(desk, breach, name, **given):
    return desk.post(reverse("privacy:desk-breach-step", args=[breach.pk, name]), given, follow=True).text


def test_from_the_first_word_to_the_end(desk, breach, town, permit, run_jobs):
    case = opened(town.named("resident"), permit, town.resident)
    run_jobs()
    page = desk.get(reverse("privacy:desk-breach", args=[breach.pk])).text
    assert "24" in page
    assert "1 " in step(desk, breach, "people", references=case.reference.lower())
    step(desk, breach, "tell")
    message = Message.objects.get(sort="privacy-breach")
    assert message.user == town.resident.user
    assert "Names and phone numbers" in message.text
    assert "data@kota.example" in message.text
    step(desk, breach, "tell")
    assert Message.objects.filter(sort="privacy-breach").count() == 1
    step(desk, breach, "close")
    breach.refresh_from_db()
    assert breach.closed_at is None
    step(desk, breach, "authority")
    step(desk, breach, "close")
    breach.refresh_from_db()
    assert breach.closed_at
    deeds = [entry.what for entry in breach.history.all()]
    assert deeds == ["opened", "people-added", "people-told", "authority-told", "closed"]


def test_the_letter_says_what_the_law_wants(desk, breach):
    content = desk.get(reverse("privacy:desk-breach-letter", args=[breach.pk])).content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    for words in (FORM["data"], FORM["cause"], FORM["measures"], "Lembaga"):
        assert words in text


def test_it_is_due_three_days_after_it_is_known(breach):
    assert breach.notification_due_at - breach.known_at == timedelta(hours=72)


def test_an_earlier_wording_stays_in_the_history(desk, breach):
    desk.post(reverse("privacy:desk-breach-edit", args=[breach.pk]), FORM | {"data": "Names only"})
    assert [entry.data["data"] for entry in breach.history.all()] == ["Names and phone numbers", "Names only"]
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        breach.history.all().delete()


def test_what_is_missing_is_said(desk, breach):
    address = reverse("privacy:desk-breach-new")
    assert desk.post(address, FORM | {"cause": " "}).status_code == 422
    assert desk.post(address, FORM | {"happened_at": "2026-11-25T10:00"}).status_code == 422
    assert desk.post(address, FORM | {"known_at": "2026-02-31T10:00"}).status_code == 422
    assert "NO-SUCH-CASE" in step(desk, breach, "people", references="NO-SUCH-CASE")


def test_somebody_without_any_contact_is_noted_as_not_reached(breach, guardian):
    nobody = Resident.objects.create(name="Warga Tanpa Nomor")
    actions.add_affected_people(by=acting(guardian), breach=breach, residents=[nobody])
    assert actions.notify_affected_people(by=acting(guardian), breach=breach) == (0, 1)


def test_only_with_the_permission(breach, town, browse):
    now = current_time.now()
    for who in ("head", "clerk", "resident"):
        with pytest.raises(NotAllowed):
            actions.record_breach(by=town.named(who), facts=BreachFacts("t", None, now, "d", "c", "m"))
        with pytest.raises(NotAllowed):
            actions.notify_affected_people(by=town.named(who), breach=breach)
    assert browse(town.head).get(reverse("privacy:desk-breaches")).status_code == 403


def test_holds_are_placed_and_lifted_at_the_desk(desk, town, permit):
    case = opened(town.named("resident"), permit, town.resident)
    address = reverse("privacy:desk-holds")
    assert desk.post(address, {"whom": "NOTHING", "reason": "x"}).status_code == 422
    assert desk.post(address, {"whom": case.reference, "what": "person", "reason": "Court"}).status_code in (302, 303)
    hold = town.resident.holds.get()
    assert "Court" in desk.get(address).text
    desk.post(reverse("privacy:desk-hold-lift"), {"hold": hold.pk, "reason": ""})
    hold.refresh_from_db()
    assert hold.lifted_at is None
    desk.post(reverse("privacy:desk-hold-lift"), {"hold": hold.pk, "reason": "Judgment"})
    hold.refresh_from_db()
    assert hold.lifted_because == "Judgment"
