"""Validation of the pack's message texts."""

from pathlib import Path

import pytest

from kini.core.actors import system
from kini.core.config_files import parse_model, read_source_file
from kini.core.environment import ROOT
from kini.messages import message_texts, rules
from kini.messages.actions import notify
from kini.messages.message_texts import MessageText
from kini.messages.message_types import message_types
from kini.messages.recipients import Recipient
from tests.cases.town import PACK, Town

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


#: Words that a message has to say if its sender gives them: where, when, by when, how much.
NOT_SAID = {"volunteer-shift-cancelled": {"place"}}  # nobody has to go there
SAID = {"address", "when", "where", "until", "day", "days", "place", "amount", "quantity", "details", "sentence"}


def test_every_message_says_when_and_where_and_names_no_unknown_word() -> None:
    unsaid, kinds = [], 0
    for kind in message_types:
        kinds += 1
        path = ROOT / "cities" / "jakarta" / "messages" / f"{kind.id}.yaml"
        texts = [f"{kind.subject} {kind.text}"]
        if path.exists():
            own = parse_model(read_source_file(path, path.parent), MessageText)
            texts = [f"{own.subject.in_language(each)} {own.text.in_language(each)}" for each in ("id", "en")]
        for text in texts:
            words = rules.placeholders_in(text)
            missing = (words - kind.words.keys()) | ((SAID & kind.words.keys()) - words - NOT_SAID.get(kind.id, set()))
            unsaid += [f"{kind.id}: {sorted(missing)} in {text!r}"] if missing else []
    assert unsaid == []
    assert kinds > 20


def test_words_that_are_not_those_of_the_type_are_refused(town: Town) -> None:
    with pytest.raises(ValueError, match="address"):
        notify(
            by=system("tests"),
            to=Recipient(town.resident.user),
            message_type="case-step",
            key="x",
            words={"title": "x", "reference": "x", "state": "x", "sentence": "x", "details": "", "until": ""},
        )
