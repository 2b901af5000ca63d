"""What officers find a case by: its number, service and area, and what the person wrote in words of their own.

Never by who asked: answers that are sealed, or that a profile knows, are not among the words.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Q
from django.db.models.expressions import RawSQL

from kini.cases.models import Case
from kini.city import pack
from kini.core import references
from kini.services.indexing import configurations
from kini.services.versions import Resolved, resolve

#: Word for word, whatever the language; its words are found by their beginning.
PLAIN = "simple"
#: Characters of a case's words, and words of a search.
MOST_TEXT = 20_000
MOST_WORDS = 8
LEAST_BEGINNING = 2


def words_of(text: str) -> list[str]:
    """Letters and digits that stand together, in lower case: "E-KTP hilang!" -> ["e", "ktp", "hilang"]."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


def vector(case: Case) -> RawSQL:
    """What a search compares with, as PostgreSQL works it out: plain words, and their stems in the city's languages."""
    words = " ".join(words_of(" ".join(_texts(case))[:MOST_TEXT]))
    names = (PLAIN, *configurations(pack.current().languages))
    combined = " || ".join(f"to_tsvector('{name}', given.words)" for name in names)
    # Only names of configurations that Kini knows are written into the statement.
    return RawSQL(f"(SELECT strip({combined}) FROM (SELECT %s::text) AS given (words))", [words], SearchVectorField())  # noqa: S608, S611


def _texts(case: Case) -> Iterator[str]:
    resolved = resolve(case.version)
    yield from (case.reference, case.reference.replace("-", ""), case.reference.partition("-")[2].replace("-", ""))
    yield from resolved.definition.name.root.values()
    yield from resolved.definition.words
    if case.area:
        yield case.area.name
    yield from _own_words(resolved, case.answers)


def _own_words(resolved: Resolved, answers: Mapping[str, Any]) -> Iterator[str]:
    for page in resolved.pages:
        names = [name for name, f in page.fields.items() if f.searched and not f.is_sealed() and not f.profile]
        items: Iterable[Any] = answers.get(page.repeat.name) or () if page.repeat else (answers,)
        yield from (str(item[name]) for item in items for name in names if item.get(name) is not None)


def found_by(text: str) -> Q:
    """Cases with that number, however it was typed, or with every one of these words."""
    if read := references.read(pack.current().reference_prefix, text):
        return Q(reference=read)
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return Q(pk__in=())
    found = _query(words[0])
    for word in words[1:]:
        found &= _query(word)
    return Q(search=found)


def _query(word: str) -> Any:
    """A word, from its beginning or by its stem."""
    beginning = f"'{word}':*" if len(word) >= LEAST_BEGINNING else f"'{word}'"
    found: Any = SearchQuery(beginning, config=PLAIN, search_type="raw")
    for name in configurations(pack.current().languages):
        found |= SearchQuery(word, config=name)
    return found
