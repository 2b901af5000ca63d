"""Full-text index of cases for officers: reference, service, area and free-text answers.

People cannot be found: sealed answers and answers taken from a profile are not indexed.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Q
from django.db.models.expressions import RawSQL

from kini.cases.models import Case
from kini.city import pack
from kini.core import references
from kini.core.database.prepared import prepared
from kini.services.indexing import configurations
from kini.services.versions import Resolved, resolve

#: Text search configuration without stemming, matched by prefix.
PLAIN = "simple"
#: Indexed characters per case, and words per search.
MOST_TEXT = 20_000
MOST_WORDS = 8
LEAST_BEGINNING = 2


def words_of(text: str) -> list[str]:
    """Split into lower-case words of letters and digits: "E-KTP hilang!" -> ["e", "ktp", "hilang"]."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


def vector(case: Case) -> RawSQL:
    """Search vector computed by PostgreSQL: plain words, and stems in the city's languages."""
    resolved = resolve(case.version)
    names = (PLAIN, *configurations(pack.current().languages))
    own = " ".join(words_of(" ".join(_texts(case, resolved))[:MOST_TEXT]))
    said = " ".join((*resolved.definition.name.root.values(), *resolved.definition.words))
    worked_out = f"({_worked_out(names)} || %s::tsvector)"
    return RawSQL(worked_out, [own, _of_service(said, names)], SearchVectorField())  # noqa: S611 -- see _worked_out


def _worked_out(names: Sequence[str]) -> str:
    """SQL that builds the vector of one parameter. Only known text search configurations are interpolated."""
    combined = " || ".join(f"to_tsvector('{name}', given.words)" for name in names)
    return f"(SELECT strip({combined}) FROM (SELECT %s::text) AS given (words))"  # noqa: S608


@lru_cache(maxsize=2000)
def _of_service(said: str, names: Sequence[str]) -> str:
    """Vector of the service's own words as PostgreSQL text. Cached, since it is the same for all its cases."""
    [(vector,)] = prepared(f"SELECT {_worked_out(names)}::text", [" ".join(words_of(said))])  # noqa: S608 -- as above
    return str(vector)


def _texts(case: Case, resolved: Resolved) -> Iterator[str]:
    yield from (case.reference, case.reference.replace("-", ""), case.reference.partition("-")[2].replace("-", ""))
    if case.area:
        yield case.area.name
    yield from _own_words(resolved, case.answers)


def _own_words(resolved: Resolved, answers: Mapping[str, Any]) -> Iterator[str]:
    for page in resolved.pages:
        names = [name for name, f in page.fields.items() if f.searched and not f.is_sealed() and not f.profile]
        items: Iterable[Any] = answers.get(page.repeat.name) or () if page.repeat else (answers,)
        yield from (str(item[name]) for item in items for name in names if item.get(name) is not None)


def found_by(text: str) -> Q:
    """Condition: the reference, in any notation, or all of these words."""
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
    """Match a word by its prefix or its stem."""
    beginning = f"'{word}':*" if len(word) >= LEAST_BEGINNING else f"'{word}'"
    found: Any = SearchQuery(beginning, config=PLAIN, search_type="raw")
    for name in configurations(pack.current().languages):
        found |= SearchQuery(word, config=name)
    return found
