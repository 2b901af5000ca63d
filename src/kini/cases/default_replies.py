"""Default canned replies of every agency, from replies.yaml. Heads of agencies change them and add others."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, RootModel

from kini.cases.actions import MAX_REPLY_TITLE, create_default_replies
from kini.cases.rules import unknown_placeholders
from kini.city.public import Id, load_city, pack
from kini.core.actors import Actor
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations

FILE = "replies.yaml"


class DefaultReply(BaseModel):
    """Entry of replies.yaml: short title and text; the officer completes "…"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    text: Text


class DefaultReplies(RootModel[dict[Id, DefaultReply]]):
    """File replies.yaml: default replies by id."""


def read_default_replies(root: Path) -> Mapping[str, DefaultReply]:
    """Read the default replies of the pack in that folder; empty without the file.

    Raises:
        ConfigErrors: with every fault of the file.
    """
    return parse_model(read_source_file(root / FILE, root), DefaultReplies).root if (root / FILE).exists() else {}


def prepare_replies(by: Actor) -> None:
    """Create the pack's canned replies, in the city's first language."""
    language = pack.current().languages[0]
    replies = read_default_replies(settings.CITY_PATH).values()
    texts = {each.title.in_language(language): each.text.in_language(language) for each in replies}
    create_default_replies(by=by, texts=texts)


def check_default_replies(root: Path) -> Iterator[ConfigError]:
    """Validate replies.yaml, for `./kini check pack`."""
    try:
        replies, languages = read_default_replies(root), load_city(root).languages
    except ConfigErrors as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
        return
    if replies:
        source = read_source_file(root / FILE, root)
        yield from missing_translations(source, replies, languages)
        for name, wording in replies.items():
            yield from _faults(source, name, wording)


def _faults(source: SourceFile, name: str, wording: DefaultReply) -> Iterator[ConfigError]:
    for language, title in wording.title.root.items():
        if len(title) > MAX_REPLY_TITLE:
            yield source.error_at(
                (name, "title", language),
                _("the title is too long"),
                _("At most %(max_reply_title)s letters.") % {"max_reply_title": MAX_REPLY_TITLE},
            )
    for language, text in wording.text.root.items():
        for unknown in unknown_placeholders(text):
            yield source.error_at(
                (name, "text", language),
                _("nothing stands for {%(unknown)s}") % {"unknown": unknown},
                _("Take it out."),
            )
