"""Search index of services: weighted full text in the city's languages, and plain text for trigram matching."""

from collections.abc import Iterable, Iterator, Mapping

from django.db import connection

from kini.core.localized_text import Text
from kini.services.catalogue import Catalogue
from kini.services.snapshots import ServiceSnapshot

#: PostgreSQL text search configurations by language; other languages use "simple" (no stemming).
CONFIGURATIONS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}


def text_search_configurations(languages: Iterable[str]) -> list[str]:
    """Distinct text search configurations for these languages."""
    return list(dict.fromkeys(CONFIGURATIONS.get(language.split("-")[0], "simple") for language in languages))


def weighted_texts(snapshot: ServiceSnapshot, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Indexed texts as (weight, text): name (A), everyday words (B), summary (C), category and events (D)."""
    definition = snapshot.definition
    yield from (("A", text) for text in _all(definition.name))
    yield from (("B", word) for word in definition.words)
    yield from (("C", text) for text in _all(definition.summary))
    around = [definition.for_, definition.gives.name]
    around += [catalogue.categories[c].name for c in (snapshot.category,) if c in catalogue.categories]
    around += [catalogue.events[event].name for event in definition.events if event in catalogue.events]
    yield from (("D", text) for each in around for text in _all(each))


def _all(text: Text) -> list[str]:
    return list(dict.fromkeys(text.root.values()))


def trigram_text(snapshot: ServiceSnapshot) -> str:
    """Names and everyday words in lower case, separated by " | ", for trigram comparison."""
    definition = snapshot.definition
    return " | ".join(dict.fromkeys(text.lower() for text in (*_all(definition.name), *definition.words)))


def update_search_index(
    services: Mapping[str, ServiceSnapshot], catalogue: Catalogue, languages: Iterable[str]
) -> None:
    """Update the search columns of these services."""
    names = text_search_configurations(languages)
    vector = " || ".join(
        f"setweight(to_tsvector('{name}', %s), '{weight}')" for name in names for weight in ("A", "B", "C", "D")
    )
    rows = []
    for service, snapshot in services.items():
        texts = list(weighted_texts(snapshot, catalogue))
        by_weight = [" \n ".join(text for w, text in texts if w == weight) for weight in ("A", "B", "C", "D")]
        rows.append([*by_weight * len(names), trigram_text(snapshot), service])
    with connection.cursor() as cursor:
        # Only configuration names from the table above are interpolated.
        statement = f"UPDATE services_service SET search = {vector}, search_text = %s WHERE id = %s"  # noqa: S608
        cursor.executemany(statement, rows)
