"""What a city offers, as lists and one by one. Contents of versions are read once per process (versions.resolve)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from kini.core.texts import Text
from kini.services import catalogue
from kini.services.models import Service
from kini.services.schema import Category, LifeEvent
from kini.services.versions import Resolved, resolve


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as lists show it."""

    service: Service
    resolved: Resolved

    @property
    def id(self) -> str:
        return self.service.pk

    @property
    def name(self) -> Text:
        return self.resolved.definition.name

    @property
    def summary(self) -> Text:
        return self.resolved.definition.summary

    @property
    def category(self) -> Category:
        return catalogue.current().categories[self.service.category]


def active() -> QuerySet[Service]:
    """Services that are offered, with their current version; its content is read only when nobody has read it yet."""
    return (
        Service.objects.filter(active=True, current__isnull=False)
        .select_related("agency", "current")
        .defer("current__content", "search", "search_text")
    )


def offers(services: Iterable[Service]) -> list[Offer]:
    return [Offer(each, resolve(each.current)) for each in services if each.current]


def all_offers() -> list[Offer]:
    """Everything, by name in the language of the page. One query."""
    return sorted(offers(active()), key=lambda offer: str(offer.name).casefold())


def service(pk: str) -> Service:
    """One offered service.

    Raises:
        Service.DoesNotExist: when there is none of that id.
    """
    return active().get(pk=pk)


def by_category() -> list[tuple[str, Category, list[Offer]]]:
    """Categories in the pack's order with what they hold; empty ones left out. One query."""
    held: dict[str, list[Offer]] = defaultdict(list)
    for offer in all_offers():
        held[offer.service.category].append(offer)
    return [(pk, category, held[pk]) for pk, category in catalogue.current().categories.items() if held[pk]]


def by_event() -> list[tuple[str, LifeEvent, list[Offer]]]:
    """Life events in the pack's order with what belongs to them; empty ones left out. One query."""
    held: dict[str, list[Offer]] = defaultdict(list)
    for offer in all_offers():
        for event in offer.resolved.definition.events:
            held[event].append(offer)
    return [(pk, event, held[pk]) for pk, event in catalogue.current().events.items() if held[pk]]


def chosen(ids: Iterable[str]) -> list[Offer]:
    """The offers of these ids, in their order. One query."""
    order = list(ids)
    found = {offer.id: offer for offer in offers(active().filter(pk__in=order))}
    return [found[pk] for pk in order if pk in found]
