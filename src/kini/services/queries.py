"""Queries for the catalogue: services as cards, by category, event, kind or id."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kini.core import audit
from kini.core.localized_text import Text
from kini.core.process_cache import cached
from kini.services import builtin_services
from kini.services import catalogue as catalogues
from kini.services.catalogue import Category
from kini.services.kinds import kinds, kinds_with_cases
from kini.services.models import Service
from kini.services.snapshots import snapshots_by_version

#: Every change of services is audited under this subject; the id of its newest entry keys the caches.
AUDIT_SUBJECT = "pack:services"


@dataclass(frozen=True, slots=True)
class ServiceCard:
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
class CategorySection:
    """A category with its services, sorted by name."""

    id: str
    category: Category
    cards: list[ServiceCard]


def active_service(service_id: str) -> Service:
    """Cached active service with its current version and agency. Treat it as read-only.

    Raises:
        Service.DoesNotExist: when no active service has this id.
    """
    row = active_services().get(service_id)
    if row is None:
        raise Service.DoesNotExist
    return row


def active_services() -> dict[str, Service]:
    """Cached active services by id."""
    newest = audit.latest_entry_id(AUDIT_SUBJECT)
    # Without an audit entry (rows created outside actions) there is no cache key that changes with them.
    return _offered(newest) if newest else _offered.__wrapped__(newest)


@cached(maxsize=1)
def _offered(_newest: int | None) -> dict[str, Service]:
    rows = Service.objects.select_related("current", "agency").defer("search", "search_text", "current__content")
    by_id = {row.pk: row for row in rows.filter(active=True)}
    for row in by_id.values():
        if row.current:
            row.current.service = row
    return by_id


def sensitive_service_ids() -> list[str]:
    """Ids of the active services whose answers are all encrypted."""
    snapshots = snapshots_by_version(row.current_id for row in active_services().values() if row.current_id)
    return [name for name, row in active_services().items() if row.current_id and snapshots[row.current_id].sensitive]


def cards_of(services: Iterable[Service]) -> list[ServiceCard]:
    """Cards of these services, in the same order. At most one query."""
    rows, with_cases = list(services), kinds_with_cases()
    snapshots = snapshots_by_version(row.current_id for row in rows if row.current_id)
    return [
        ServiceCard(
            row.pk,
            snapshot.definition.name,
            snapshot.definition.summary,
            row.category,
            row.kind in kinds,
            row.kind in with_cases,
        )
        for row in rows
        if row.current_id and (snapshot := snapshots.get(row.current_id))
    ]


def sort_by_name(cards: Iterable[ServiceCard]) -> list[ServiceCard]:
    """Sort by name in the active language."""
    return sorted(cards, key=lambda card: str(card.name).casefold())


def catalogue_sections() -> list[CategorySection]:
    """All listed services grouped by category; empty categories are omitted."""
    cards = all_cards()
    sections = [
        CategorySection(name, category, [card for card in cards if card.category == name])
        for name, category in catalogues.current().categories.items()
    ]
    return [section for section in sections if section.cards]


def all_cards() -> list[ServiceCard]:
    """All listed services, sorted by name."""
    return sort_by_name(cards_of(_listed()))


def cards_of_category(category: str) -> list[ServiceCard]:
    """Services of a category, sorted by name."""
    return sort_by_name(cards_of(Service.objects.filter(active=True, category=category)))


def cards_of_event(event: str) -> list[ServiceCard]:
    """Services of a life event: first those ordered in the catalogue, then the others by name."""
    rows = [row for row in Service.objects.filter(active=True) if row.current_id]
    snapshots = snapshots_by_version(row.current_id for row in rows if row.current_id)
    cards = sort_by_name(cards_of(row for row in rows if event in snapshots[row.current_id or 0].definition.events))
    return _put_first(cards, catalogues.current().events[event].order if cards else [])


def _put_first(cards: list[ServiceCard], first: list[str]) -> list[ServiceCard]:
    """Stable sort: ids in `first` in that order, then the rest."""
    order = {name: number for number, name in enumerate(first)}
    return sorted(cards, key=lambda card: order.get(card.id, len(order)))


def cards_by_ids(ids: Iterable[str]) -> list[ServiceCard]:
    """Active services with these ids, in this order."""
    order = list(ids)
    by_id = {card.id: card for card in cards_of(Service.objects.filter(active=True, pk__in=order))}
    return [by_id[name] for name in order if name in by_id]


def popular_cards() -> list[ServiceCard]:
    """Services listed as popular in the catalogue."""
    return cards_by_ids(catalogues.current().popular)


def cards_of_kind(kind: str) -> list[ServiceCard]:
    """Services of a kind: popular ones first, then the others by name."""
    cards = sort_by_name(cards_of(Service.objects.filter(active=True, kind=kind)))
    return _put_first(cards, catalogues.current().popular)


def count_listed() -> int:
    """Number of listed services."""
    return _listed().count()


def _listed() -> QuerySet[Service]:
    """Services listed in the catalogue: those of the pack, without the built-in ones."""
    return Service.objects.filter(active=True).exclude(category__in=builtin_services.builtin_categories())
