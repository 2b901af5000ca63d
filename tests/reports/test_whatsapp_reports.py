"""Reports by WhatsApp and SMS: what begins one, what it lacks, how somebody without an account finishes it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from kini.cases.actions import start_draft
from kini.cases.models import Draft
from kini.core import current_time
from kini.messages.models import InboundMessage
from kini.messages.rules import to_gsm7
from kini.messages.sandbox.server import Sandbox
from kini.reports import rules
from kini.reports.kind import Report
from kini.reports.whatsapp_reports import check_report_service, continue_report, receive_report
from kini.services.flows import Flow
from kini.services.models import Service
from tests.cases.pages.browsing import visitor
from tests.cases.town import PERMIT, Town, guest, offer, photo
from tests.environment import replace
from tests.messages.conftest import carriers as carriers
from tests.messages.test_providers import taken
from tests.reports.conftest import STREET

PHONE, STRANGER = "+6281234567890", "+6281200000077"
REPORT = PERMIT | {
    "kind": Report.id,
    "name": {"id": "Laporan", "en": "Report"},
    "attach": {},
    "ask": [
        {"fields": {"photos": {"type": "photo", "label": "Photo", "min": 1, "max": 3}}},
        {"page": "Where?", "fields": {"location": {"type": "location", "label": "Place"}}},
        {"page": "What?", "fields": {"description": {"type": "longtext", "label": "What is going on?"}}},
    ],
}
PIER = {"latitude": -6.1, "longitude": 106.8}


@pytest.fixture
def configured(town: Town, running_pack: Callable[..., Path], settings: Settings) -> None:
    """The pack names the service of reports; messages are answered in English."""
    running_pack(settings.CITY_PATH, {"messages.toml": 'report = "street-report"\n'})
    settings.ENV = replace(settings.ENV, address="https://kota.example")
    offer("street-report", REPORT)
    town.resident.user.language = "en"
    town.resident.user.save()


def reply(text: str = "", channel: str = "whatsapp", sender: str = PHONE, **more: object) -> str | None:
    return receive_report(InboundMessage(text=text, channel=channel, sender=sender, **more))


def test_a_report_begins_on_whatsapp_with_photo_and_place(
    town: Town, carriers: Sandbox, run_jobs: Callable[[], int], settings: Settings
):
    offer("street-report", REPORT)
    (settings.CITY_PATH / "messages.toml").write_text('report = "street-report"\n', "utf-8")
    pier = town.areas["pier"]
    carriers.write("whatsapp", PHONE, "LAPOR Lampu jalan mati")
    carriers.write("whatsapp", PHONE, photo=photo().read())
    carriers.write("whatsapp", PHONE, place=(pier.latitude, pier.longitude))
    run_jobs()
    draft = Draft.objects.get(channel="message")
    assert draft.owner == town.resident.user
    assert draft.answers["description"] == "Lampu jalan mati"
    assert draft.answers["photos"]["files"] == [str(draft.documents.get().pk)]
    assert draft.answers["location"]["exact"]
    assert [str(draft.pk) in text for text in taken(carriers, "whatsapp")] == [True] * 3


@pytest.mark.usefixtures("configured")
def test_only_a_keyword_a_photo_or_a_place_begins_one():
    assert reply("Halo, selamat pagi") is None
    assert reply("LAPORAN tahunan") is None
    assert continue_report(InboundMessage(text="Halo", channel="whatsapp", sender=PHONE)) is None
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("configured")
def test_a_text_without_a_keyword_belongs_to_the_report_that_was_begun():
    reply(**PIER)
    continue_report(InboundMessage(text="A lamp is out", channel="whatsapp", sender=PHONE))
    assert Draft.objects.get().answers["description"] == "A lamp is out"


def test_plain_text_is_answered_with_what_one_can_write(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    for channel in ("whatsapp", "sms"):
        carriers.write(channel, STRANGER, "Halo, selamat pagi")
        run_jobs()
        text = taken(carriers, channel)[-1]
        assert "STATUS" in text
        assert "LAPOR" in text or "REPORT" in text
        assert text.endswith("/")
        assert channel == "whatsapp" or len(text) <= 160


@pytest.mark.usefixtures("configured")
def test_a_stranger_finishes_by_the_link(town: Town):
    answer = reply("LAPOR Lampu jalan mati", sender=STRANGER)
    assert "/sign-in/" not in answer
    draft = Draft.objects.get()
    assert (draft.owner, draft.answers["description"]) == (None, "Lampu jalan mati")
    assert reply(sender=STRANGER, **PIER)
    browser, other = visitor(), visitor()
    page = browser.see(f"/apply/{draft.pk}/")
    assert page.heading == "Photo"
    assert str(draft.pk) in answer
    browser.send(page, photos=photo())
    check = browser.see(f"/apply/{draft.pk}/")
    assert "Lampu jalan mati" in check.text
    assert other.get(f"/apply/{draft.pk}/")["Location"].startswith("/sign-in/"), "the browser that wrote first owns it"
    reply("LAPOR Hal lain", sender=STRANGER)
    assert Draft.objects.count() == 2


@pytest.mark.usefixtures("configured")
def test_a_report_by_sms_begins_too_and_its_link_is_whole():
    answer = reply("LAPOR Lampu mati", channel="sms", sender=STRANGER)
    assert f"/apply/{Draft.objects.get().pk}/" in to_gsm7(answer)[:160]


@pytest.mark.usefixtures("configured")
def test_drafts_of_browsers_stay_closed(town: Town):
    draft = start_draft(by=guest("a-browser"), version=Service.objects.get(pk="street-report").current)
    Draft.objects.filter(pk=draft.pk).update(channel="message")
    assert visitor().get(f"/apply/{draft.pk}/")["Location"].startswith("/sign-in/")


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("text", "words"), [("report: a lamp is out", "a lamp is out"), (" LAPOR\nLampu mati ", "Lampu mati")]
)
def test_the_words_after_the_keyword_are_the_description(text: str, words: str):
    assert reply(text)
    assert Draft.objects.get().answers == {"description": words}


@pytest.mark.usefixtures("configured")
def test_each_reply_names_what_is_missing_and_the_link():
    first = reply("REPORT A lamp is out")
    draft = Draft.objects.get(channel="message")
    link = f"https://kota.example/apply/{draft.pk}/"
    assert first == f"Thank you. Please also send: a photo, your location. Or finish it here: {link}"
    assert reply(**PIER) == f"Thank you. Please also send: a photo. Or finish it here: {link}"
    assert Draft.objects.get().answers["location"]["area"] == "1.1.1"
    Draft.objects.update(answers=Draft.objects.get().answers | {"photos": {"files": ["x"]}})
    assert reply("REPORT The lamp at the corner") == f"Thank you. Check your report and send it here: {link}"
    assert Draft.objects.get().answers["description"] == "The lamp at the corner"


@pytest.mark.usefixtures("configured")
def test_a_day_later_it_is_another_report():
    reply("REPORT A lamp is out")
    now = current_time.now()
    with current_time.freeze(now + timedelta(hours=23)):
        reply("REPORT It is still out")
    assert Draft.objects.count() == 1
    with current_time.freeze(now + timedelta(hours=25)):
        reply("REPORT Another lamp is out")
    assert Draft.objects.count() == 2


@pytest.mark.usefixtures("configured")
def test_a_place_outside_the_city_is_refused_in_words():
    answer = reply(latitude=52.5, longitude=13.4)
    assert answer
    assert "Please also send" not in answer
    assert not Draft.objects.get().answers


@pytest.mark.usefixtures("configured")
def test_without_a_service_there_is_no_draft():
    Service.objects.filter(pk="street-report").update(active=False)
    assert reply("REPORT A lamp is out") is None
    Service.objects.filter(pk="street-report").update(active=True, current=None)
    assert reply("REPORT A lamp is out") is None
    assert not Draft.objects.exists()


def test_the_pack_check_names_a_service_that_does_not_exist(tmp_path: Path):
    assert list(check_report_service(tmp_path)) == []
    (tmp_path / "messages.toml").write_text('report = "street-report"\n', "utf-8")
    [error] = check_report_service(tmp_path)
    assert (error.file, error.field) == ("messages.toml", "report")
    assert "street-report" in str(error)
    (tmp_path / "services" / "streets").mkdir(parents=True)
    (tmp_path / "services" / "streets" / "street-report.yaml").touch()
    assert list(check_report_service(tmp_path)) == []


def entry(state: str, kind: str = "officer", **files: list[str]) -> SimpleNamespace:
    return SimpleNamespace(from_state=state, actor_kind=kind, data={"given": files} if files else {})


@pytest.mark.parametrize(
    ("entries", "given"),
    [
        ([], False),
        ([entry("")], False),
        ([entry("work", photo=["1"])], True),
        ([entry("work", photo=[])], False),
        ([entry("work", other=["1"])], False),
        ([entry("work", "resident", photo=["1"])], False),
        ([entry("work", photo=["1"]), entry("check")], True),
        ([entry("work", photo=["1"]), entry("solved", "resident")], False),
        ([entry("work", photo=["1"]), entry("solved", "resident"), entry("again", photo=["2"])], True),
    ],
)
def test_evidence_is_an_officers_and_newer_than_the_last_reopening(entries: list[SimpleNamespace], given: bool):
    flow = Flow.model_validate(STREET)
    assert rules.evidence_given(entries, flow, "photo") is given


def test_a_photo_without_a_time_or_of_the_same_moment_is_not_too_early():
    now = current_time.now()
    assert not rules.taken_too_early(None, now)
    assert not rules.taken_too_early(now, now)
    assert rules.taken_too_early(now - timedelta(seconds=1), now)
