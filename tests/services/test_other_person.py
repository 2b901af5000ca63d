"""Questions speak of the person applied for, by name; some speak to the person who writes."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from kini.core.environment import ROOT
from kini.core.localized_text import Text, speaking_of
from kini.services import loader
from kini.services.kinds import kinds
from kini.services.snapshots import ServiceSnapshot, build_snapshot

READER = re.compile(r"\b(anda|saya)\b", re.IGNORECASE)
#: Texts that mean the person who writes, in every application: contacts, lists, places of an emergency, consents.
WRITERS = {
    *("phone", "joining_name", "leaving_name", "thing", "member_name", "caller_name", "data_consent", "people"),
    *("relation", "requester", "information", "location", "silent", "who", "firm", "block", "environment", "plate"),
    *("reporter_role", "safe_contact", "description", "nickname", "payer", "disability", "need_help", "ground"),
}
#: Services in which the writer names and reaches themselves.
OF_THE_WRITER = {"isolation-support.full_name"}


def texts_of(snapshot: ServiceSnapshot) -> Iterator[tuple[str, Text]]:
    for page in snapshot.pages:
        first = next(iter(page.fields))
        yield from ((first, text) for text in (page.heading, page.hint) if text)
        for name, field in page.fields.items():
            yield from ((name, text) for text in (field.label, field.hint) if text)
            options = getattr(field, "options", None)
            if isinstance(options, dict):
                yield from ((name, text) for text in options.values() if isinstance(text, Text))


def test_questions_of_the_city_name_the_person_applied_for() -> None:
    pack = loader.read_pack(ROOT / "cities" / "jakarta")
    left, named = [], 0
    for service in pack.services.values():
        kind = kinds.find(service.definition.kind)
        if kind is None or not (kind.has_cases and kind.can_be_for_family):
            continue
        with speaking_of("Siti"), translation.override("id"):
            texts = [(name, str(text)) for name, text in texts_of(build_snapshot(pack, service))]
        named += sum("Siti" in words for _name, words in texts)
        left += [
            f"{service.id}.{name}: {words}"
            for name, words in texts
            if READER.search(words) and name not in WRITERS and f"{service.id}.{name}" not in OF_THE_WRITER
        ]
    assert left == [], "write {Anda|%}, or list the question among WRITERS"
    assert named > 100


@pytest.mark.parametrize(
    ("name", "words"), [("", "Where do you live, and with whom?"), ("Siti", "Where does Siti live, and with whom?")]
)
def test_a_text_speaks_of_the_reader_or_of_somebody_else(name: str, words: str) -> None:
    text = Text("Where {do you|does %} live, and with whom?")
    with speaking_of(name):
        assert str(text) == words
    assert str(text) == "Where do you live, and with whom?"


def test_a_name_is_not_read_as_a_pattern() -> None:
    with speaking_of(r"\1 {x|y} %"):
        assert str(Text("For {you|%}")) == r"For \1 {x|y} %"
