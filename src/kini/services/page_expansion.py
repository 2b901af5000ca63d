"""Expansion of a service's `ask` into pages: blocks are inlined, conditions combined."""

from collections.abc import Iterator
from dataclasses import dataclass

from kini.core.config_files import KeyPath, SourceFile
from kini.services.conditions import When
from kini.services.pack_files import ServiceFile, ServicePack
from kini.services.schema import Page, Use


@dataclass(frozen=True, slots=True)
class ExpandedPage:
    """A page with its origin.

    Attributes:
        when: its own condition combined with that of the block reference.
        source, place: file and path where it is defined (service file or block).
        asked_at: path in the service's `ask`, for errors that concern the whole service.
        later: asked after sending.
    """

    page: Page
    when: When | None
    source: SourceFile
    place: KeyPath
    asked_at: KeyPath
    later: bool = False


def combine_conditions(first: When | None, second: When | None) -> When | None:
    """Conjunction of two conditions."""
    if first is None or second is None:
        return first or second
    return When({"all": [first.root, second.root]})


def expand_pages(pack: ServicePack, service: ServiceFile) -> Iterator[ExpandedPage]:
    """All question pages of a service in order; unknown blocks are skipped."""
    for index, item in enumerate(service.definition.ask):
        asked_at: KeyPath = ("ask", index)
        if not isinstance(item, Use):
            yield ExpandedPage(item, item.when, service.source, asked_at, asked_at, item.later)
            continue
        block = pack.blocks.get(item.use)
        source = pack.sources.get(f"blocks/{item.use}.yaml", service.source)
        for number, page in enumerate(block.pages if block else []):
            when, later = combine_conditions(item.when, page.when), item.later or page.later
            yield ExpandedPage(page, when, source, ("pages", number), asked_at, later)


def group_by_dependency(page: Page) -> list[list[str]]:
    """Group the page's field names so that no field depends on an answer in its own group.

    Without JavaScript a page cannot change while it is filled in, so a field that depends on another field of the same
    page moves to a following page.
    """
    level: dict[str, int] = {}
    for name, field in page.fields.items():
        needed = field.when.names if field.when else frozenset()
        level[name] = max((level[other] + 1 for other in needed & level.keys()), default=0)
    return [[name for name in page.fields if level[name] == n] for n in sorted(set(level.values()))]
