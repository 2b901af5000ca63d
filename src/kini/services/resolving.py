"""From files to one whole: which pages a service asks, with named blocks put in their place."""

from collections.abc import Iterator
from dataclasses import dataclass

from kini.core.faults import Place, Source
from kini.services.conditions import When
from kini.services.files import Pack, ServiceFile
from kini.services.schema import Page, Use


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page in the order in which it is asked.

    Attributes:
        when: its own condition and the one of the block that brings it, together.
        source, place: where it is written (a service file or a block).
        asked_at: its place in the service's `ask`, for faults that concern the whole service.
    """

    page: Page
    when: When | None
    source: Source
    place: Place
    asked_at: Place


def both(first: When | None, second: When | None) -> When | None:
    """The condition under which both hold."""
    if first is None or second is None:
        return first or second
    return When({"all": [first.root, second.root]})


def placed_pages(pack: Pack, service: ServiceFile) -> Iterator[PlacedPage]:
    """All pages of questions of a service; blocks that do not exist are left out."""
    for index, item in enumerate(service.definition.ask):
        asked_at: Place = ("ask", index)
        if not isinstance(item, Use):
            yield PlacedPage(item, item.when, service.source, asked_at, asked_at)
            continue
        block = pack.blocks.get(item.use)
        source = pack.sources.get(f"blocks/{item.use}.yaml", service.source)
        for number, page in enumerate(block.pages if block else []):
            yield PlacedPage(page, both(item.when, page.when), source, ("pages", number), asked_at)


def levels(page: Page) -> list[list[str]]:
    """The page's field names, parted so that no field depends on an answer of its own part.

    Without JavaScript a page cannot change while it is filled in; a field whose condition names another one of the
    same page is therefore asked on a page that follows.
    """
    level: dict[str, int] = {}
    for name, field in page.fields.items():
        needed = field.when.names if field.when else frozenset()
        level[name] = max((level[other] + 1 for other in needed & level.keys()), default=0)
    return [[name for name in page.fields if level[name] == n] for n in sorted(set(level.values()))]
