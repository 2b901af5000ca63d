"""Message texts and settings of the pack: messages/*.yaml and messages.toml."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import phonenumbers
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from kini.city import pack
from kini.city.pack import load_city
from kini.core.faults import Fault, PackFaults, Source, parse, read_source
from kini.core.texts import Text, untranslated
from kini.messages import rules
from kini.messages.sorts import Sort, sorts

FOLDER, FILE = "messages", "messages.toml"


class Wording(BaseModel):
    """messages/TYPE.yaml: texts of one message type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Text = Field(description="Heading in the inbox, subject of an e-mail.")
    text: Text = Field(description="Text for inbox, e-mail, WhatsApp and printed letter.")
    short: Text | None = Field(default=None, description="Text of the SMS, at most 160 characters; default: the text.")
    whatsapp: str = Field(default="", pattern=r"^[a-z0-9_]{0,512}$", description="Name of its approved template there.")


class Manners(BaseModel):
    """messages.toml: quiet hours, countries for SMS, report service."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quiet_from: time | None = Field(default=None, description="From then on only urgent messages go out.")
    quiet_until: time | None = None
    report: str = Field(default="", description="Service of reports that begin on WhatsApp.")
    sms_countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = Field(
        default=(), description="ISO 3166-1: whose numbers get text messages; left out: the city's country alone."
    )

    @property
    def quiet(self) -> tuple[time, time] | None:
        return (self.quiet_from, self.quiet_until) if self.quiet_from and self.quiet_until else None


@dataclass(frozen=True, slots=True)
class Said:
    """A message with all placeholders filled in."""

    subject: str
    text: str
    short: str


@lru_cache(maxsize=4)
def _wordings(root: Path) -> dict[str, Wording]:
    return {path.stem: parse(read_source(path, root), Wording) for path in sorted((root / FOLDER).glob("*.yaml"))}


@lru_cache(maxsize=4)
def manners_of(root: Path) -> Manners:
    """Settings from messages.toml of this pack, or defaults."""
    return parse(read_source(root / FILE, root), Manners) if (root / FILE).exists() else Manners()


def manners() -> Manners:
    """Message settings of the configured city."""
    return manners_of(settings.CITY_PATH)


def may_receive_sms(number: str) -> bool:
    """Return whether the city sends SMS to the country of this number (E.164).

    The limit prevents toll fraud by foreign premium numbers; people with such a number sign in by e-mail.
    """
    allowed = manners().sms_countries or (pack.current().country,)
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) in allowed


def wording(sort: str) -> Wording | None:
    """Texts of the pack for a message type, or None."""
    return _wordings(settings.CITY_PATH).get(sort)


def templates() -> dict[str, int]:
    """Names of the pack's approved WhatsApp templates, with their number of placeholders."""
    found = [(sort, wording(sort.id)) for sort in sorts]
    return {own.whatsapp: len(sort.words) for sort, own in found if own and own.whatsapp}


def say(sort: Sort, words: dict[str, str]) -> Said:
    """Render a message in the active language."""
    own = wording(sort.id)
    subject, text = (str(own.subject), str(own.text)) if own else (str(sort.subject), str(sort.text))
    short = str(own.short) if own and own.short else text
    filled = " ".join(rules.fill(subject, words).split())
    return Said(filled[:200], rules.fill(text, words), rules.sms(short, words))


def check(root: Path) -> Iterator[Fault]:
    """Errors in the pack's message files, for `./kini check pack`."""
    try:
        languages = load_city(root).languages
    except PackFaults:
        return  # the city's own check names them
    if (root / FILE).exists():
        yield from _manners_faults(root)
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source = read_source(path, root)
            own = parse(source, Wording)
        except PackFaults as error:
            yield from error.errors
            continue
        yield from untranslated(source, own, languages)
        yield from _faults(source, own, path.stem)


def _manners_faults(root: Path) -> Iterator[Fault]:
    try:
        source = read_source(root / FILE, root)
        manners = parse(source, Manners)
    except PackFaults as error:
        yield from error.errors
        return
    if (manners.quiet_from is None) != (manners.quiet_until is None):
        yield source.error_at((), "quiet hours are incomplete", "Set both quiet_from and quiet_until.")


def _faults(source: Source, own: Wording, name: str) -> Iterator[Fault]:
    sort = sorts.find(name)
    if sort is None:
        yield source.error_at((), f'there is no message type "{name}"', f"Use one of: {', '.join(sorts.names())}.")
        return
    examples = {word: str(example) for word, example in sort.words.items()}
    for part in ("subject", "text", "short"):
        written: Text | None = getattr(own, part)
        for language, text in written.root.items() if written else ():
            if unknown := rules.names_in(text) - examples.keys():
                remedy = f"Use: {', '.join(examples)}."
                yield source.error_at((part, language), f"unknown placeholders {', '.join(sorted(unknown))}", remedy)
            elif part == "short" and rules.septets(filled := rules.gsm7(rules.fill(text, examples))) > rules.SMS_LENGTH:
                message = f"with its examples this takes {rules.septets(filled)} of the 160 characters of an SMS"
                yield source.error_at((part, language), message, "Shorten it.")
