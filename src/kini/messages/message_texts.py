"""Message texts and settings of the pack: messages/*.yaml and messages.toml."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from kini.city.public import load_city, pack
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.messages import rules
from kini.messages.message_types import MessageType, message_types

FOLDER, FILE = "messages", "messages.toml"


class MessageText(BaseModel):
    """messages/TYPE.yaml: texts of one message type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Text = Field(description="Heading in the inbox, subject of an e-mail.")
    text: Text = Field(description="Text for inbox, e-mail, WhatsApp and printed letter.")
    short: Text | None = Field(default=None, description="Text of the SMS, at most 160 characters; default: the text.")
    whatsapp: str = Field(default="", pattern=r"^[a-z0-9_]{0,512}$", description="Name of its approved template there.")


class MessageSettings(BaseModel):
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
class RenderedMessage:
    """A message with all placeholders filled in."""

    subject: str
    text: str
    short: str


@lru_cache(maxsize=4)
def _wordings(root: Path) -> dict[str, MessageText]:
    return {
        path.stem: parse_model(read_source_file(path, root), MessageText)
        for path in sorted((root / FOLDER).glob("*.yaml"))
    }


@lru_cache(maxsize=4)
def load_message_settings(root: Path) -> MessageSettings:
    """Settings from messages.toml of this pack, or defaults."""
    return (
        parse_model(read_source_file(root / FILE, root), MessageSettings)
        if (root / FILE).exists()
        else MessageSettings()
    )


def message_settings() -> MessageSettings:
    """Message settings of the configured city."""
    return load_message_settings(settings.CITY_PATH)


def may_receive_sms(number: str) -> bool:
    """Return whether the city sends SMS to the country of this number (E.164).

    The limit prevents toll fraud by foreign premium numbers; people with such a number sign in by e-mail.
    """
    allowed = message_settings().sms_countries or (pack.current().country,)
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) in allowed


def text_from_pack(message_type: str) -> MessageText | None:
    """Texts of the pack for a message type, or None."""
    return _wordings(settings.CITY_PATH).get(message_type)


def whatsapp_templates() -> dict[str, int]:
    """Names of the pack's approved WhatsApp templates, with their number of placeholders."""
    texts = [(message_type, text_from_pack(message_type.id)) for message_type in message_types]
    return {own.whatsapp: len(message_type.words) for message_type, own in texts if own and own.whatsapp}


def render_message(message_type: MessageType, words: dict[str, str]) -> RenderedMessage:
    """Render a message in the active language."""
    own = text_from_pack(message_type.id)
    subject, text = (str(own.subject), str(own.text)) if own else (str(message_type.subject), str(message_type.text))
    short = str(own.short) if own and own.short else text
    filled = " ".join(rules.fill_placeholders(subject, words).split())
    return RenderedMessage(filled[:200], rules.fill_placeholders(text, words), rules.sms_text(short, words))


def check_messages(root: Path) -> Iterator[ConfigError]:
    """Errors in the pack's message files, for `./kini check pack`."""
    try:
        languages = load_city(root).languages
    except ConfigErrors:
        return  # the city's own check names them
    if (root / FILE).exists():
        yield from _manners_faults(root)
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source = read_source_file(path, root)
            own = parse_model(source, MessageText)
        except ConfigErrors as error:
            yield from error.errors
            continue
        yield from missing_translations(source, own, languages)
        yield from _faults(source, own, path.stem)


def _manners_faults(root: Path) -> Iterator[ConfigError]:
    try:
        source = read_source_file(root / FILE, root)
        manners = parse_model(source, MessageSettings)
    except ConfigErrors as error:
        yield from error.errors
        return
    if (manners.quiet_from is None) != (manners.quiet_until is None):
        yield source.error_at((), _("quiet hours are incomplete"), _("Set both quiet_from and quiet_until."))


def _faults(source: SourceFile, own: MessageText, name: str) -> Iterator[ConfigError]:
    message_type = message_types.find(name)
    if message_type is None:
        yield source.error_at(
            (),
            _('there is no message type "%(name)s"') % {"name": name},
            _("Use one of: %(names)s.") % {"names": ", ".join(message_types.names())},
        )
        return
    examples = {word: str(example) for word, example in message_type.words.items()}
    for part in ("subject", "text", "short"):
        written: Text | None = getattr(own, part)
        for language, text in written.root.items() if written else ():
            if unknown := rules.placeholders_in(text) - examples.keys():
                remedy = _("Use: %(names)s.") % {"names": ", ".join(examples)}
                yield source.error_at(
                    (part, language),
                    _("unknown placeholders %(names)s") % {"names": ", ".join(sorted(unknown))},
                    remedy,
                )
            elif (
                part == "short"
                and rules.count_septets(filled := rules.to_gsm7(rules.fill_placeholders(text, examples)))
                > rules.SMS_LENGTH
            ):
                message = _("with its examples this takes %(value)s of the 160 characters of an SMS") % {
                    "value": rules.count_septets(filled)
                }
                yield source.error_at((part, language), message, _("Shorten it."))
