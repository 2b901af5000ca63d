"""What the catalogue's pages ask about services."""

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

#: Every change of services is audited under this subject, so the newest entry names their state.
SUBJECT = "pack:services"


@dataclass(frozen=True, slots=True)
class Card:
    """A service in a list.

    Attributes:
        present: its kind is here.
        opens: it is applied for, and what was asked for becomes a case.
    """

    id: str
    name: Text
    summary: Text
    category: str
    present: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with its services, by name."""

    id: str
    category: Category
    cards: list[Card]


def service(service_id: str) -> Service:
    """An active service with its current version and agency, as the process holds it: read it, do not change it.

    Raises:
        Service.DoesNotExist: when there is none.
    """
    found = offered().get(service_id)
    if found is None:
        raise Service.DoesNotExist
    return found


def offered() -> dict[str, Service]:
    """All active services by id, as the process holds them."""
    newest = audit.newest(SUBJECT)
    # Rows that came without an action have no entry that would tell when they change.
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
    """Ids of the active services whose answers are sealed whole."""
    resolved = resolve_many(row.current_id for row in offered().values() if row.current_id)
    return [name for name, row in offered().items() if row.current_id and resolved[row.current_id].sensitive]


def cards(services: Iterable[Service]) -> list[Card]:
    """The same services as they are shown in lists, in the same order. One query at most."""
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
    """In the order of their names in the language of the page."""
    return sorted(found, key=lambda card: str(card.name).casefold())


def catalogue() -> list[Shelf]:
    """All active services on their shelves; empty shelves are left out."""
    found = everything()
    shelves = [
        Shelf(name, category, [card for card in found if card.category == name])
        for name, category in catalogues.current().categories.items()
    ]
    return [shelf for shelf in shelves if shelf.cards]


def everything() -> list[Card]:
    """All active services, by name."""
    return by_name(cards(_listed()))


def by_category(category: str) -> list[Card]:
    """The services of a category, by name."""
    return by_name(cards(Service.objects.filter(active=True, category=category)))


def by_event(event: str) -> list[Card]:
    """The services of a life event: those that the catalogue puts in order, then the others by name."""
    rows = [row for row in Service.objects.filter(active=True) if row.current_id]
    resolved = resolve_many(row.current_id for row in rows if row.current_id)
    found = by_name(cards(row for row in rows if event in resolved[row.current_id or 0].definition.events))
    return _as_ordered(found, catalogues.current().events[event].order if found else [])


def _as_ordered(found: list[Card], first: list[str]) -> list[Card]:
    """Those named in `first`, in its order, then the others as they were."""
    order = {name: number for number, name in enumerate(first)}
    return sorted(found, key=lambda card: order.get(card.id, len(order)))


def named(ids: Iterable[str]) -> list[Card]:
    """The active services among these, in this order."""
    order = list(ids)
    found = {card.id: card for card in cards(Service.objects.filter(active=True, pk__in=order))}
    return [found[name] for name in order if name in found]


def popular() -> list[Card]:
    """The services that the catalogue shows first."""
    return named(catalogues.current().popular)


def by_kind(kind: str) -> list[Card]:
    """The services of a kind: those that the catalogue shows first, then the others by name."""
    found = by_name(cards(Service.objects.filter(active=True, kind=kind)))
    return _as_ordered(found, catalogues.current().popular)


def count() -> int:
    """How many services are offered."""
    return _listed().count()


def _listed() -> QuerySet[Service]:
    """The services that the catalogue lists: those of the pack."""
    return Service.objects.filter(active=True).exclude(category__in=house.categories())
