"""Validation of the pack's message texts."""

from pathlib import Path

import pytest

from kini.messages import message_texts
from tests.cases.town import PACK

GOOD = "subject: {id: '{title}', en: '{title}'}\ntext: {id: '{sentence}', en: '{sentence}'}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    for name in ("city.toml", "calendar.toml"):
        (tmp_path / name).write_bytes((PACK / name).read_bytes())
    (tmp_path / "messages").mkdir()
    return tmp_path


def faults(pack: Path, text: str, name: str = "case-step") -> str:
    (pack / "messages" / f"{name}.yaml").write_text(text, "utf-8")
    return "\n".join(map(str, message_texts.check_messages(pack)))


def test_good_words_have_no_faults(pack: Path):
    assert faults(pack, GOOD) == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD.replace("{title}", "{name}", 1), "unknown placeholders name"),
        (GOOD.replace(", en: '{title}'", ""), "no text in en"),
        (GOOD + "short: {id: '" + "a" * 161 + "', en: 'b'}\n", "161 of the 160 characters"),
        (GOOD + "shout: yes\n", "shout"),
    ],
)
def test_what_is_wrong_is_named(pack: Path, text: str, fault: str):
    assert fault in faults(pack, text)


def test_words_for_something_that_is_never_told_are_named(pack: Path):
    assert "case-step" in faults(pack, GOOD, "case-stepp")


def test_quiet_hours_have_two_ends(pack: Path):
    (pack / message_texts.FILE).write_text("quiet_from = 21:00:00\n", "utf-8")
    assert "quiet hours are incomplete" in "\n".join(map(str, message_texts.check_messages(pack)))
