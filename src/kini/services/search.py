"""Search for services: everyday words in any language of the city, synonyms, tolerance for typing errors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kini.city.public import pack
from kini.core import audit
from kini.core.database.fast_models import hydrate
from kini.core.database.prepared_statements import execute_prepared
from kini.core.localized_text import words_in
from kini.services import catalogue
from kini.services.catalogue import Catalogue
from kini.services.models import Service
from kini.services.queries import AUDIT_SUBJECT
from kini.services.search_index import text_search_configurations

#: Weights of D (category, events), C (summary), B (everyday words), A (name), in ts_rank's order.
WEIGHTS = "{0.05, 0.2, 0.8, 1.0}"
#: Weight of a synonym relative to the typed word.
SYNONYM_FACTOR = 0.75
#: Minimum trigram similarity for a mistyped word.
MIN_SIMILARITY = 0.42
#: Results that score below this fraction of the best one are dropped.
MIN_RELATIVE_SCORE = 0.2
MAX_QUERY_WORDS = 12
MAX_QUERY_LENGTH = 120


@dataclass(slots=True)
class Term:
    """A typed word or phrase and its synonyms."""

    typed: str
    others: list[str] = field(default_factory=list)


def terms_of(text: str, words: Catalogue) -> list[Term]:
    """Split the query into the longest phrases with synonyms, and single words between them."""
    return list(_terms(words_in(text[:MAX_QUERY_LENGTH])[:MAX_QUERY_WORDS], words))


def _terms(typed: Sequence[str], words: Catalogue) -> Iterator[Term]:
    same, start = words.synonyms_by_phrase, 0
    while start < len(typed):
        for length in range(min(words.longest_phrase, len(typed) - start), 0, -1):
            phrase = " ".join(typed[start : start + length])
            if phrase in same or length == 1:
                yield Term(phrase, same.get(phrase, []))
                start += length
                break


def search(text: str, limit: int = 20) -> list[Service]:
    """Active services that match the query, best first.

    One database query; none if this process has cached the same words since services were last loaded.
    """
    words = " ".join(words_in(text[:MAX_QUERY_LENGTH]))
    newest = audit.latest_entry_id(AUDIT_SUBJECT)
    return list(_remembered(words, limit, newest) if newest else _found(words, limit))


@lru_cache(maxsize=5_000)
def _remembered(words: str, limit: int, _newest: int) -> tuple[Service, ...]:
    return _found(words, limit)


def _found(words: str, limit: int) -> tuple[Service, ...]:
    terms = terms_of(words, catalogue.current())
    rows = [(n, 1.0, term.typed) for n, term in enumerate(terms)]
    rows += [(n, SYNONYM_FACTOR, other) for n, term in enumerate(terms) for other in term.others]
    if not rows:
        return ()
    numbers, factors, phrases = zip(*rows, strict=True)
    parameters = {
        "numbers": list(numbers),
        "factors": list(factors),
        "phrases": list(phrases),
        "configurations": text_search_configurations(pack.current().languages),
        "weights": WEIGHTS,
        "alike": MIN_SIMILARITY,
        "whole": words,
        "least": MIN_RELATIVE_SCORE,
        "limit": limit,
    }
    return tuple(hydrate(Service, COLUMNS, row) for row in execute_prepared(QUERY, parameters))


COLUMNS = ("id", "category", "kind", "agency_id", "current_id", "active")  # in the order of the SELECT below

# Rare words weigh more (the logarithm, as in TF-IDF). Trigrams are compared only for words without a full-text hit.
# An exact match of the whole query ranks first. Similarity to the whole query is computed only for the remaining rows,
# since it is the most expensive term.
QUERY = """
WITH service AS (
    SELECT * FROM services_service WHERE active
), total AS (
    SELECT count(*)::float AS services FROM service
), phrase AS (
    SELECT * FROM unnest(%(numbers)s::int[], %(factors)s::float[], %(phrases)s::text[]) AS p (number, factor, words)
), query AS MATERIALIZED (
    SELECT number, factor, phraseto_tsquery(c::regconfig, words) AS query
    FROM phrase, unnest(%(configurations)s::text[]) AS c
), hit AS (
    SELECT number, service.id, max(factor * ts_rank(%(weights)s::real[], search, query)) AS rank
    FROM query JOIN service ON numnode(query) > 0 AND search @@ query
    GROUP BY number, service.id
), alike AS (
    SELECT number, service.id, 0.6 * strict_word_similarity(words, search_text) AS rank
    FROM phrase JOIN service ON strict_word_similarity(words, search_text) >= %(alike)s
    WHERE factor = 1 AND length(words) > 3 AND number NOT IN (SELECT number FROM hit)
), counted AS (
    SELECT id, rank * ln(1 + services / count(*) OVER (PARTITION BY number)) AS score
    FROM (SELECT * FROM hit UNION ALL SELECT * FROM alike) AS either, total
), scored AS (
    SELECT id, sum(score) AS score FROM counted GROUP BY id
), whole AS (
    SELECT service.*, score + CASE
        WHEN position('| ' || %(whole)s || ' |' IN '| ' || search_text || ' |') > 0 THEN 3 ELSE 0
    END AS score
    FROM scored JOIN service USING (id)
), compared AS (
    SELECT *, max(score) OVER () AS best FROM whole
)
SELECT id, category, kind, agency_id, current_id, active FROM compared
WHERE score >= %(least)s * best
ORDER BY score + strict_word_similarity(%(whole)s, search_text) DESC, id
LIMIT %(limit)s
"""
