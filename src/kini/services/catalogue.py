"""catalogue.yaml of the pack: categories, life events, search synonyms."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from django.conf import settings
from pydantic import Field

from kini.city.public import Id
from kini.core.config_files import parse_model, read_source_file
from kini.core.localized_text import Text, words_in
from kini.core.process_cache import cached
from kini.services.fields.base import StrictModel

FILE = "catalogue.yaml"


class Category(StrictModel):
    name: Text
    icon: Id
    color: Literal["brand", "amber", "rose", "blue", "violet", "lime"] = "brand"


class LifeEvent(StrictModel):
    """A life event, such as a birth or a move, that groups services.

    Attributes:
        about: first steps, in a sentence or two.
        order: services in the order they are needed; the others follow by name.
    """

    name: Text
    icon: Id = "star"
    about: Text | None = None
    order: list[Id] = []


class Catalogue(StrictModel):
    """catalogue.yaml: categories and life events in display order, and search synonyms."""

    categories: dict[Id, Category]
    events: dict[Id, LifeEvent] = {}
    synonyms: list[list[str]] = Field(default=[], description="Groups of words that mean the same to a search.")
    popular: list[Id] = Field(default=[], description="Services shown first until use says otherwise.")
    quick: list[Id] = Field(default=[], description="Up to four services on the home page's first row.")

    identity_dispute: Id | None = Field(
        default=None, description="The service in which it is decided whose number it is, when two have proved it."
    )

    @cached_property
    def synonyms_by_phrase(self) -> dict[str, list[str]]:
        """Synonyms of each phrase, in file order."""
        synonyms: dict[str, dict[str, None]] = {}
        for group in self.synonyms:
            phrases = [" ".join(words_in(each)) for each in group]
            for phrase in phrases:
                synonyms.setdefault(phrase, {}).update(dict.fromkeys(each for each in phrases if each != phrase))
        return {phrase: list(others) for phrase, others in synonyms.items()}

    @cached_property
    def longest_phrase(self) -> int:
        """Number of words in the longest synonym phrase; 1 if there are no synonyms."""
        return max((phrase.count(" ") + 1 for phrase in self.synonyms_by_phrase), default=1)


def current() -> Catalogue:
    """Catalogue of the configured city, read once per process.

    Raises:
        ConfigErrors: when the file is invalid.
    """
    return _read_catalogue(settings.CITY_PATH)


@cached(maxsize=4)
def _read_catalogue(path: Path) -> Catalogue:
    return parse_model(read_source_file(path / FILE, path), Catalogue)
