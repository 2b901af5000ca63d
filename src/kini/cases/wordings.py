"""Default canned replies of every agency, from replies.yaml. Heads of agencies change them and add others."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel

from kini.cases.actions import LONGEST_TITLE
from kini.cases.rules import unknown_placeholders
from kini.city.pack import load_city
from kini.city.schema import Id
from kini.core.faults import Fault, PackFaults, Source, parse, read_source
from kini.core.texts import Text, untranslated

FILE = "replies.yaml"


class Wording(BaseModel):
    """Entry of replies.yaml: short title and text; the officer completes "…"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    text: Text


class Wordings(RootModel[dict[Id, Wording]]):
    """File replies.yaml: default replies by id."""


def read_wordings(root: Path) -> Mapping[str, Wording]:
    """Read the default replies of the pack in that folder; empty without the file.

    Raises:
        PackFaults: with every fault of the file.
    """
    return parse(read_source(root / FILE, root), Wordings).root if (root / FILE).exists() else {}


def check_wordings(root: Path) -> Iterator[Fault]:
    """Validate replies.yaml, for `./kini check pack`."""
    try:
        found, languages = read_wordings(root), load_city(root).languages
    except PackFaults as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
        return
    if found:
        source = read_source(root / FILE, root)
        yield from untranslated(source, found, languages)
        for name, wording in found.items():
            yield from _faults(source, name, wording)


def _faults(source: Source, name: str, wording: Wording) -> Iterator[Fault]:
    for language, title in wording.title.root.items():
        if len(title) > LONGEST_TITLE:
            yield source.error_at(
                (name, "title", language), "the title is too long", f"At most {LONGEST_TITLE} letters."
            )
    for language, text in wording.text.root.items():
        for unknown in unknown_placeholders(text):
            yield source.error_at((name, "text", language), f"nothing stands for {{{unknown}}}", "Take it out.")
