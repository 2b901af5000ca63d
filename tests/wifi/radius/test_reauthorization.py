"""Running sessions end or change at their NAS (RFC 5176), over real UDP."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import current_time, retention
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import decrypt, keyed_hash
from kini.core.models import AuditEntry
from kini.people.models import User
from kini.wifi import actions
from kini.wifi.inventory.radius_secrets import secret_context
from kini.wifi.models import AccessPoint, Device, Group, SessionReview
from kini.wifi.radius import authorization, coa, reauthorization
from tests.wifi.accounting.test_spool import collected, folder, told, write  # noqa: F401 -- fixtures
from tests.wifi.authority import attributes, check, listening, reply
from tests.wifi.conftest import BY
from tests.wifi.radius.test_authorization import NOON, PHONE, decided, known, network  # noqa: F401 -- fixtures

MARK = keyed_hash(PHONE, authorization.DEVICE)
SECRET = b"a secret of the NAS"
NUMBERS = {"Session-Timeout": 60, "Idle-Timeout": 5}


@pytest.fixture
def nas(network, monkeypatch):  # noqa: F811
    """The park's access point, which answers every request as asked."""
    monkeypatch.setattr(reauthorization, "SECONDS", 0.1)
    with listening() as outcome, current_time.freeze(NOON):
        AccessPoint.objects.filter(nas_identifier="ap-p1").update(coa_port=outcome.port)
        point = AccessPoint.objects.get(nas_identifier="ap-p1")
        outcome.secret = decrypt(point.secret, secret_context(point.mac))
        outcome.answers = lambda packet: [reply(packet, outcome.secret, packet[0] + 1)]
        yield outcome


@pytest.fixture
def session(nas, folder):  # noqa: F811
    """A known device that is in at the park."""
    known()
    write(folder, told(User_Name='"acde48001122"', station="ac:de:48:00:11:22", Acct_Session_Time=60))
    assert collected(folder) == (1, 0)
    return folder


def review():
    return SessionReview.objects.get()


def test_a_blocked_device_is_disconnected(session, nas, run_jobs):
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    run_jobs()
    (packet,) = nas.came
    check(packet, nas.secret)
    sent_attributes = dict(attributes(packet))
    assert packet[0] == coa.DISCONNECT
    assert (sent_attributes["Acct-Session-Id"], sent_attributes["NAS-Identifier"]) == (b"s1", b"ap-p1")
    assert (sent_attributes["User-Name"], sent_attributes["Calling-Station-Id"]) == (
        b"acde48001122",
        b"ac:de:48:00:11:22",
    )
    outcome = review()
    assert (outcome.outcome, outcome.sent, outcome.reason, outcome.tries) == (
        "done",
        "Disconnect-Request",
        "blocked",
        1,
    )


def test_whoever_signs_out_everywhere_is_disconnected(session, nas, run_jobs):
    owner = User.objects.create_user(phone="+351912345678", phone_verified=True)
    Device.objects.update(owner=owner)
    assert actions.sign_out(by=BY, owner=owner) == 1
    run_jobs()
    assert [packet[0] for packet in nas.came] == [coa.DISCONNECT]
    assert review().reason == "signed-out"


def test_a_withdrawn_voucher_ends_the_session(session, nas, run_jobs):
    actions.forget_device(by=BY, mac=PHONE)
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School")
    assert decided(password=code)["Auth-Type"] == "Accept"
    run_jobs()
    assert [packet[0] for packet in nas.came] == [coa.COA], "let in again before its NAS was told"
    actions.withdraw_vouchers(by=BY, label="School")
    run_jobs()
    assert [packet[0] for packet in nas.came] == [coa.COA, coa.DISCONNECT]


def test_a_used_up_quota_ends_the_session(session, nas, run_jobs):
    Group.objects.filter(pk="resident").update(daily_octets=1000)
    write(session, told("Interim-Update", int(NOON.timestamp()) - 60, seconds=60, Acct_Input_Octets=999))
    collected(session)
    assert run_jobs() == 0
    write(session, told("Interim-Update", int(NOON.timestamp()), seconds=120, Acct_Input_Octets=1000))
    collected(session)
    run_jobs()
    assert ([packet[0] for packet in nas.came], review().reason) == ([coa.DISCONNECT], "used-up")


def test_another_group_changes_the_limits_of_the_session(session, nas, run_jobs):
    Group.objects.filter(pk="free").update(down_bps=2_000_000, up_bps=500_000, session_seconds=600, idle_seconds=30)
    with current_time.freeze(NOON + timedelta(seconds=120)):
        actions.register_device(by=BY, mac=PHONE, group="free", days=1)
        run_jobs()
    (packet,) = nas.came
    check(packet, nas.secret)
    sent_attributes = attributes(packet)
    assert packet[0] == coa.COA
    assert dict(sent_attributes)["Session-Timeout"] == (600 + 60 + 120).to_bytes(4), "counted from the session's start"
    assert dict(sent_attributes)["Idle-Timeout"] == (30).to_bytes(4)
    wispr = {
        (value[:4], value[4]): int.from_bytes(value[6:]) for name, value in sent_attributes if name == "Vendor-Specific"
    }
    assert wispr == {((14122).to_bytes(4), 8): 2_000_000, ((14122).to_bytes(4), 7): 500_000}
    assert review().outcome == "done"


def test_a_nas_that_refuses_says_why(session, nas, run_jobs):
    nas.answers = lambda packet: [reply(packet, nas.secret, packet[0] + 2, 503)]
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    run_jobs()
    assert (review().outcome, review().error_cause, len(nas.came)) == ("refused", 503, 1)
    entry = AuditEntry.objects.get(action="wifi.nas-not-told")
    assert entry.detail == {"outcome": "refused", "error_cause": 503, "tries": 1}


def test_a_silent_nas_is_told_again_later_and_given_up_after_some_times(session, nas, run_jobs):
    nas.answers = lambda packet: [reply(packet, b"another secret", packet[0] + 1), b"x", packet]
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    with current_time.freeze(timezone.now()):
        assert actions.reauthorize_sessions(by=BY, devices=[MARK], reason="blocked") == 0, "a session of long ago"
    actions.reauthorize_sessions(by=BY, devices=[MARK], reason="blocked")
    told_at = timezone.now()
    with current_time.freeze(told_at):
        run_jobs()
    assert len(nas.came) == reauthorization.SENDS
    assert len(set(nas.came)) == 1, "sent again as it was"
    assert (review().outcome, review().tries) == ("waiting", 1)
    waiting = ProcrastinateJob.objects.get(task_name=actions.REVIEW_JOB)
    assert waiting.scheduled_at == told_at + timedelta(seconds=20)
    actions.reauthorize_sessions(by=BY, devices=[MARK], reason="used-up")
    assert (SessionReview.objects.count(), ProcrastinateJob.objects.count()) == (1, 1), "it waits already"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    run_jobs()
    assert (review().outcome, review().tries, review().error_cause) == ("silent", 5, None)
    assert len(nas.came) == 5 * reauthorization.SENDS


def test_what_nobody_can_be_told_is_kept_too(session, nas, run_jobs):
    AccessPoint.objects.update(nas_address=None)
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    run_jobs()
    assert (review().outcome, review().tries, nas.came) == ("unreachable", 0, [])


def test_a_session_that_has_ended_is_left_alone_and_its_names_are_gone(session, nas, run_jobs):
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    write(session, told("Stop", int(NOON.timestamp()), seconds=120))
    collected(session)
    run_jobs()
    assert nas.came == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT handle FROM wifi_session")
        assert cursor.fetchone() == (None,)
    with current_time.freeze(NOON + timedelta(days=8)):
        assert retention.apply(retention.rules.get("wifi.reviews")) == SessionReview.objects.count() == 0


def test_a_running_session_names_its_device_only_to_who_has_the_keys(session):
    with connection.cursor() as cursor:
        cursor.execute("SELECT handle FROM wifi_session")
        handle = bytes(cursor.fetchone()[0])
    assert b"1122" not in handle


def test_people_do_not_tell_access_points(network):  # noqa: F811
    by = Actor(ActorKind.RESIDENT, 1)
    for operation in (
        lambda: actions.reauthorize_sessions(by=by, devices=[], reason=""),
        lambda: actions.record_review(by=by, review=1, result=reauthorization.ReviewResult("", None)),
    ):
        with pytest.raises(NotAllowed):
            operation()


ASKED = coa.build_request(coa.DISCONNECT, 7, SECRET, {"Acct-Session-Id": "s1", **NUMBERS}, 0)


@pytest.mark.parametrize("sign", [True, False])
def test_an_answer_counts_with_its_authenticator(sign):
    check(ASKED, SECRET)
    back = reply(ASKED, SECRET, 42, 503, sign=sign)
    assert coa.parse_response(back, ASKED, SECRET) == coa.CoaResponse(False, 503)
    assert coa.parse_response(back, ASKED, b"other") is None
    assert coa.parse_response(reply(ASKED, SECRET, 44, sign=sign), ASKED, SECRET) is None, "an answer to a CoA-Request"
    for place in range(len(back)):
        changed = back[:place] + bytes((back[place] ^ 1,)) + back[place + 1 :]
        assert coa.parse_response(changed, ASKED, SECRET) is None


@given(st.binary(max_size=80))
def test_whatever_comes_back_stops_nothing(noise):
    assert coa.parse_response(noise, ASKED, SECRET) is None
    body = noise[:60]
    head = bytes((41, 7)) + (20 + len(body)).to_bytes(2)
    signed = head + coa._md5(head + ASKED[4:20] + body + SECRET) + body
    outcome = coa.parse_response(signed, ASKED, SECRET)
    assert outcome is None or outcome.done
