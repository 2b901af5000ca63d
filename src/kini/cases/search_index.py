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
from kini.city.public import pack
from kini.core import references
from kini.core.database.prepared_statements import execute_prepared
from kini.services.public import ServiceSnapshot, snapshot_of, text_search_configurations

#: Text search configuration without stemming, matched by prefix.
PLAIN_CONFIG = "simple"
#: Indexed characters per case, and words per search.
MAX_INDEXED_TEXT = 20_000
MAX_QUERY_WORDS = 8
MIN_PREFIX = 2


def tokenize(text: str) -> list[str]:
    """Split into lower-case words of letters and digits: "E-KTP hilang!" -> ["e", "ktp", "hilang"]."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).lower())


def search_vector(case: Case) -> RawSQL:
    """Search vector computed by PostgreSQL: plain words, and stems in the city's languages."""
    snapshot = snapshot_of(case.version)
    names = (PLAIN_CONFIG, *text_search_configurations(pack.current().languages))
    own = " ".join(tokenize(" ".join(_texts(case, snapshot))[:MAX_INDEXED_TEXT]))
    service_words = " ".join((*snapshot.definition.name.root.values(), *snapshot.definition.words))
    worked_out = f"({_worked_out(names)} || %s::tsvector)"
    return RawSQL(worked_out, [own, _of_service(service_words, names)], SearchVectorField())  # noqa: S611 -- see _worked_out


def _worked_out(names: Sequence[str]) -> str:
    """SQL that builds the vector of one parameter. Only known text search configurations are interpolated."""
    combined = " || ".join(f"to_tsvector('{name}', given.words)" for name in names)
    return f"(SELECT strip({combined}) FROM (SELECT %s::text) AS given (words))"  # noqa: S608


@lru_cache(maxsize=2000)
def _of_service(service_words: str, names: Sequence[str]) -> str:
    """Vector of the service's own words as PostgreSQL text. Cached, since it is the same for all its cases."""
    [(vector,)] = execute_prepared(f"SELECT {_worked_out(names)}::text", [" ".join(tokenize(service_words))])  # noqa: S608 -- as above
    return str(vector)


def _texts(case: Case, snapshot: ServiceSnapshot) -> Iterator[str]:
    yield from (case.reference, case.reference.replace("-", ""), case.reference.partition("-")[2].replace("-", ""))
    if case.area:
        yield case.area.name
    yield from _own_words(snapshot, case.answers)


def _own_words(snapshot: ServiceSnapshot, answers: Mapping[str, Any]) -> Iterator[str]:
    for page in snapshot.pages:
        names = [name for name, f in page.fields.items() if f.searchable and not f.is_sealed() and not f.profile]
        items: Iterable[Any] = answers.get(page.repeat.name) or () if page.repeat else (answers,)
        yield from (str(item[name]) for item in items for name in names if item.get(name) is not None)


def search_q(text: str) -> Q:
    """Condition: the reference, in any notation, or all of these words."""
    if read := references.parse(pack.current().reference_prefix, text):
        return Q(reference=read)
    words = tokenize(text)[:MAX_QUERY_WORDS]
    if not words:
        return Q(pk__in=())
    query = _query(words[0])
    for word in words[1:]:
        query &= _query(word)
    return Q(search=query)


def _query(word: str) -> Any:
    """Match a word by its prefix or its stem."""
    beginning = f"'{word}':*" if len(word) >= MIN_PREFIX else f"'{word}'"
    query: Any = SearchQuery(beginning, config=PLAIN_CONFIG, search_type="raw")
    for name in text_search_configurations(pack.current().languages):
        query |= SearchQuery(word, config=name)
    return query
