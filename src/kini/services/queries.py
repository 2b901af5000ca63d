"""Queries for the catalogue: services as cards, by category, event, kind or id."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kini.core import audit
from kini.core.held import held
from kini.core.texts import Text
from kini.services import catalogue as catalogues
from kini.services import house
from kini.services.catalogue import Category
from kini.services.kinds import kinds, opening_cases
from kini.services.models import Service
from kini.services.versions import resolve_many

#: Every change of services is audited under this subject; the id of its newest entry keys the caches.
SUBJECT = "pack:services"


@dataclass(frozen=True, slots=True)
class Card:
    """A service in a list.

    Attributes:
        present: its kind is installed.
        opens: it opens cases.
    """

    id: str
    name: Text
    summary: Text
    category: str
    present: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with its services, sorted by name."""

    id: str
    category: Category
    cards: list[Card]


def service(service_id: str) -> Service:
    """Cached active service with its current version and agency. Treat it as read-only.

    Raises:
        Service.DoesNotExist: when no active service has this id.
    """
    found = offered().get(service_id)
    if found is None:
        raise Service.DoesNotExist
    return found


def offered() -> dict[str, Service]:
    """Cached active services by id."""
    newest = audit.newest(SUBJECT)
    # Without an audit entry (rows created outside actions) there is no cache key that changes with them.
    return _offered(newest) if newest else _offered.__wrapped__(newest)


@held(maxsize=1)
def _offered(_newest: int | None) -> dict[str, Service]:
    rows = Service.objects.select_related("current", "agency").defer("search", "search_text", "current__content")
    found = {row.pk: row for row in rows.filter(active=True)}
    for row in found.values():
        if row.current:
            row.current.service = row
    return found


def sensitive() -> list[str]:
    """Ids of the active services whose answers are all encrypted."""
    resolved = resolve_many(row.current_id for row in offered().values() if row.current_id)
    return [name for name, row in offered().items() if row.current_id and resolved[row.current_id].sensitive]


def cards(services: Iterable[Service]) -> list[Card]:
    """Cards of these services, in the same order. At most one query."""
    rows, opening = list(services), opening_cases()
    resolved = resolve_many(row.current_id for row in rows if row.current_id)
    return [
        Card(
            row.pk,
            found.definition.name,
            found.definition.summary,
            row.category,
            row.kind in kinds,
            row.kind in opening,
        )
        for row in rows
        if row.current_id and (found := resolved.get(row.current_id))
    ]


def by_name(found: Iterable[Card]) -> list[Card]:
    """Sort by name in the active language."""
    return sorted(found, key=lambda card: str(card.name).casefold())


def catalogue() -> list[Shelf]:
    """All listed services grouped by category; empty categories are omitted."""
    found = everything()
    shelves = [
        Shelf(name, category, [card for card in found if card.category == name])
        for name, category in catalogues.current().categories.items()
    ]
    return [shelf for shelf in shelves if shelf.cards]


def everything() -> list[Card]:
    """All listed services, sorted by name."""
    return by_name(cards(_listed()))


def by_category(category: str) -> list[Card]:
    """Services of a category, sorted by name."""
    return by_name(cards(Service.objects.filter(active=True, category=category)))


def by_event(event: str) -> list[Card]:
    """Services of a life event: first those ordered in the catalogue, then the others by name."""
    rows = [row for row in Service.objects.filter(active=True) if row.current_id]
    resolved = resolve_many(row.current_id for row in rows if row.current_id)
    found = by_name(cards(row for row in rows if event in resolved[row.current_id or 0].definition.events))
    return _as_ordered(found, catalogues.current().events[event].order if found else [])


def _as_ordered(found: list[Card], first: list[str]) -> list[Card]:
    """Stable sort: ids in `first` in that order, then the rest."""
    order = {name: number for number, name in enumerate(first)}
    return sorted(found, key=lambda card: order.get(card.id, len(order)))


def named(ids: Iterable[str]) -> list[Card]:
    """Active services with these ids, in this order."""
    order = list(ids)
    found = {card.id: card for card in cards(Service.objects.filter(active=True, pk__in=order))}
    return [found[name] for name in order if name in found]


def popular() -> list[Card]:
    """Services listed as popular in the catalogue."""
    return named(catalogues.current().popular)


def by_kind(kind: str) -> list[Card]:
    """Services of a kind: popular ones first, then the others by name."""
    found = by_name(cards(Service.objects.filter(active=True, kind=kind)))
    return _as_ordered(found, catalogues.current().popular)


def count() -> int:
    """Number of listed services."""
    return _listed().count()


def _listed() -> QuerySet[Service]:
    """Services listed in the catalogue: those of the pack, without the built-in ones."""
    return Service.objects.filter(active=True).exclude(category__in=house.categories())
