"""SMS length in GSM-7, quiet hours across midnight, wait before the next channel."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.messages import rules

JAKARTA = ZoneInfo("Asia/Jakarta")
QUIET = (time(21), time(6))


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_is_said_an_sms_takes_one_part(title: str, sentence: str):
    text = rules.sms_text("{title}: {sentence} {act}", {"title": title, "sentence": sentence, "act": "Open it."})
    assert rules.count_septets(text) <= rules.SMS_LENGTH


def test_the_longest_words_are_shortened_and_addresses_are_not():
    words = {"title": "A very long name of a service " * 5, "at": "https://kini.example/apply/7f3k/", "until": "09:30"}
    text = rules.sms_text("Free: {title}. Before {until}: {at}", words)
    assert (
        text.endswith("... Before 09:30: https://kini.example/apply/7f3k/")
        or "https://kini.example/apply/7f3k/" in text
    )
    assert "09:30" in text


def test_signs_that_old_phones_lack_get_near_relatives():
    assert rules.to_gsm7("“Akta” – KTP\u2011el 五") == '"Akta" - KTP-el ?'
    assert rules.count_septets("€{") == 4
    with pytest.raises(ValueError, match="五"):
        rules.count_septets("五")


def test_an_empty_word_leaves_no_gap():
    assert rules.fill_placeholders("{a} ({b}): {c} {d}", {"a": "A", "b": "B", "c": "Done.", "d": ""}) == "A (B): Done."


@pytest.mark.parametrize(
    ("now", "goes"),
    [
        ("20:59", "20:59"),
        ("21:00", "06:00"),
        ("23:30", "06:00"),
        ("00:10", "06:00"),
        ("05:59", "06:00"),
        ("06:00", "06:00"),
    ],
)
def test_quiet_hours_pass_midnight(now: str, goes: str):
    hour, minute = map(int, now.split(":"))
    at = datetime(2026, 11, 25, hour, minute, tzinfo=JAKARTA).astimezone(UTC)
    out = rules.next_allowed_time(at, QUIET, JAKARTA)
    assert f"{out.astimezone(JAKARTA):%H:%M}" == goes
    assert timedelta(0) <= out - at < timedelta(hours=9, minutes=1)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)), st.times(), st.times())
def test_what_waits_goes_out_in_an_hour_that_is_not_quiet(now: datetime, begin: time, end: time):
    quiet = (begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    if quiet[0] == quiet[1]:
        return
    at = now.replace(tzinfo=UTC)
    out = rules.next_allowed_time(at, quiet, JAKARTA)
    assert out >= at
    assert rules.next_allowed_time(out, quiet, JAKARTA) == out


def test_patience_shares_the_time_that_is_left():
    now = datetime(2026, 11, 25, tzinfo=UTC)
    assert rules.wait_before_next(now, now + timedelta(days=3), 2) == timedelta(days=1)
    assert rules.wait_before_next(now, now + timedelta(minutes=10), 3) == timedelta(hours=1)
    assert rules.wait_before_next(now, now + timedelta(days=90), 1) == timedelta(days=2)
