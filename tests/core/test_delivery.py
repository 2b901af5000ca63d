"""Delivery: messages are stored with their cause and delivered once, after its commit."""

import smtplib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings
from structlog.testing import capture_logs

from kini.bench.mailserver import MailServer, mail_server
from kini.core import delivery, mail_settings, retention
from kini.core.models import OutboxMessage
from tests.environment import replace
from tests.pagechecks import CheckedClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.MAILERS = mail_settings.parse_mailers(server.url)
        settings.DEFAULT_FROM_EMAIL = "kini@city.example"
        yield server


@pytest.fixture
def texted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """SMS provider, registered as a plug-in does."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(delivery.sms_providers, "_items", {})
    delivery.sms_providers.register("pigeon", lambda recipient, text: sent.append((recipient, text)))
    settings.ENV = replace(settings.ENV, sms="pigeon")
    return sent


def send(channel: delivery.Channel = "email", recipient: str = "sri@mail.example") -> OutboxMessage:
    return delivery.send_text(channel=channel, recipient=recipient, subject="Kode Anda", text="Kode: 123456 ✓\n.\nKini")


def test_an_email_arrives(mailbox: MailServer, run_jobs: Callable[[], int]) -> None:
    message = send()
    assert not mailbox.taken
    assert run_jobs() == 1
    (email,) = mailbox.taken
    assert email["To"] == "sri@mail.example"
    assert email["From"] == "kini@city.example"
    assert email["Subject"] == "Kode Anda"
    assert "123456 ✓" in email.get_content()
    assert not OutboxMessage.objects.filter(pk=message.pk).exists()


def test_a_text_message_goes_to_the_provider(texted: list[tuple[str, str]], run_jobs: Callable[[], int]) -> None:
    send("sms", "+6281234567890")
    run_jobs()
    assert texted == [("+6281234567890", "Kode: 123456 ✓\n.\nKini")]


def test_nothing_is_sent_for_what_was_rolled_back(mailbox: MailServer, run_jobs: Callable[[], int]) -> None:
    def fail() -> None:
        with transaction.atomic():
            send()
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed"):
        fail()
    assert run_jobs() == 0
    assert not OutboxMessage.objects.exists()


def test_a_refused_message_is_tried_again_and_sent_once(mailbox: MailServer, run_jobs: Callable[[], int]) -> None:
    mailbox.full = True
    message = send()
    with capture_logs() as logs, pytest.raises(smtplib.SMTPRecipientsRefused):
        run_jobs()
    (failed,) = [each for each in logs if each["event"].startswith("not delivered")]
    assert (failed["log_level"], failed["error"]) == ("warning", "SMTPRecipientsRefused")
    assert "sri@mail.example" not in str(failed)
    message.refresh_from_db()
    mailbox.full = False
    run_jobs()
    delivery.deliver_message(message=message.pk)
    assert len(mailbox.taken) == 1


def test_a_subject_is_one_line(mailbox: MailServer, run_jobs: Callable[[], int]) -> None:
    delivery.send_text(channel="email", recipient="a@b.example", subject="Kode\r\nBcc: all@b.example", text="x")
    run_jobs()
    assert mailbox.taken[0]["Subject"] == "Kode Bcc: all@b.example"
    assert mailbox.taken[0]["Bcc"] is None


def test_what_cannot_be_delivered_is_known_beforehand(settings: Settings) -> None:
    assert not delivery.can_deliver("sms")
    assert not delivery.can_deliver("email")
    message = send("sms")
    with pytest.raises(delivery.ChannelNotConfigured, match="No sms"):
        delivery.deliver_message(message=message.pk)
    settings.ENV = replace(settings.ENV, outbox=True)
    assert delivery.can_deliver("sms")


def test_what_is_set_up_can_be_delivered(mailbox: MailServer, texted: list[tuple[str, str]]) -> None:
    assert delivery.can_deliver("sms")
    assert delivery.can_deliver("email")


def test_in_a_first_look_messages_stay_and_are_read(client: CheckedClient, settings: Settings) -> None:
    settings.ENV = replace(settings.ENV, outbox=True)
    send(recipient="first@mail.example")
    delivery.send_text(channel="sms", recipient="+6281234567890", subject="", text="<script>alert(1)</script>")
    assert not ProcrastinateJob.objects.exists()
    page = client.get("/outbox/").content.decode()
    assert page.index("+6281234567890") < page.index("first@mail.example")
    assert "Kode: 123456" in page
    assert "<script>alert" not in page


def test_the_outbox_exists_in_a_first_look_alone(client: CheckedClient) -> None:
    send()
    page = client.get("/outbox/")
    assert page.status_code == 404
    assert b"123456" not in page.content


def test_messages_are_not_kept_for_ever() -> None:
    now = timezone.now()
    fresh, stale = send(), send()
    OutboxMessage.objects.filter(pk=stale.pk).update(at=now - timedelta(days=8))
    retention.apply(retention.rules.get("core.outbox"))
    assert list(OutboxMessage.objects.all()) == [fresh]


@pytest.mark.parametrize(
    ("url", "port", "tls", "ssl"),
    [
        ("smtp://kini:p%40ss@mail.example", 587, True, False),
        ("smtps://kini:p%40ss@mail.example", 465, False, True),
        ("smtp://kini:p%40ss@mail.example:2525?tls=no", 2525, False, False),
    ],
)
def test_a_mail_address_says_how(url: str, port: int, tls: bool, ssl: bool) -> None:
    options = mail_settings.parse_mailers(url)["default"]["OPTIONS"]
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, tls, ssl)
    assert (options["username"], options["password"]) == ("kini", "p@ss")


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example?tls=maybe"])
def test_a_wrong_mail_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        mail_settings.parse_mailers(url)


def test_nobody_can_sign_in_without_a_channel_for_codes(settings: Settings) -> None:
    assert "nobody can sign in" in delivery.sign_in_problem()


def test_somebody_can_sign_in_by_email(mailbox: MailServer) -> None:
    assert delivery.sign_in_problem() == ""
