"""Text in the languages of a city, as written in the pack's files."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import BaseModel, BeforeValidator, Field, RootModel

from kini.core.config_files import ConfigError, KeyPath, SourceFile
from kini.core.config_messages import use_one_of

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)?$")]


#: Name of the person whom the page is about; empty while that is the reader.
_person: ContextVar[str] = ContextVar("person", default="")
#: "{Anda|%}": words to the reader, and words about another person, whose name replaces the percent sign.
_ALTERNATIVES = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")


@contextmanager
def speaking_of(name: str) -> Iterator[None]:
    """Within the block, texts speak of the person with that name; of the reader where it is empty."""
    token = _person.set(name)
    try:
        yield
    finally:
        _person.reset(token)


def speak_of(name: str) -> None:
    """Let the enclosing `speaking_of` block speak of that person from here on."""
    _person.set(name)


def _for_person(text: str) -> str:
    name = _person.get()
    return _ALTERNATIVES.sub(lambda match: match[2].replace("%", name) if name else match[1], text)


def _one_for_all(value: Any) -> Any:
    return {"": value} if isinstance(value, str) else value


class Text(
    RootModel[Annotated[dict[str, str], BeforeValidator(_one_for_all, json_schema_input_type=dict[str, str] | str)]]
):
    """A text in several languages: {id: Akta kelahiran, en: Birth certificate}, or a plain string for all of them.

    It may have alternatives for somebody else than the reader: "Where {do you|does %} live?"
    """

    def in_language(self, language: str) -> str:
        """Text in that language, else in the first one."""
        texts = self.root
        text = texts.get(language) or texts.get(language.split("-")[0]) or next(iter(texts.values()), "")
        return _for_person(text) if "|" in text else text

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.root)

    def __str__(self) -> str:
        return self.in_language(translation.get_language() or "")

    def __bool__(self) -> bool:
        return any(self.root.values())


def missing_translations(
    source: SourceFile, value: Any, languages: Sequence[str], place: KeyPath = ()
) -> Iterator[ConfigError]:
    """Yield errors for texts inside `value` (models, lists, mappings) that lack a language or have an unknown one."""
    match value:
        case Text():
            yield from _language_faults(source, value, languages, place)
        case BaseModel():
            for name, field in type(value).model_fields.items():
                yield from missing_translations(source, getattr(value, name), languages, (*place, field.alias or name))
        case Mapping():
            for key, item in value.items():
                yield from missing_translations(source, item, languages, (*place, key))
        case list() | tuple():
            for index, item in enumerate(value):
                yield from missing_translations(source, item, languages, (*place, index))


def _language_faults(source: SourceFile, text: Text, languages: Sequence[str], place: KeyPath) -> Iterator[ConfigError]:
    if not languages:
        return  # city.toml has an error of its own, and nobody knows them
    missing = [] if text.root.get("") else [language for language in languages if not text.root.get(language)]
    if missing:
        yield source.error_at(
            place,
            _("no text in %(languages)s") % {"languages": ", ".join(missing)},
            _("Add a text in every language of the city."),
        )
    if any(_TAG.search(each) for each in text.root.values()):
        yield source.error_at(place, _("tags of HTML are shown as they are written"), _("Remove them."))
    for other in text.languages - {"", *languages}:
        message = _('"%(other)s" is not a language of the city') % {"other": other}
        yield source.error_at((*place, other), message, use_one_of(languages))


def words_in(text: str) -> list[str]:
    """Words of a text in lower case: "E-KTP hilang!" -> ["e-ktp", "hilang"]."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.findall(r"\w+(?:['’.-]\w+)*", plain)
