"""Registry of navigation entries. Entries whose URL does not exist are left out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from kini.core.registry import Registry

type Current = Literal["", "page", "true"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """Navigation entry.

    Attributes:
        place: "main" (header and footer), "bottom" (bar on phones), "desk" (officers' rail), "account" (menu of the
            person icon), "search" (target of search forms), "help" (footer), "shortcut" (of the installed app).
        group: heading above the entry in the desk's rail.
        query: query string of the URL, for saved filters ("due=late").
        args: arguments of the URL.
        note: additional text, where there is room.
        strong: the one highlighted entry of the bottom bar.
        count: number of waiting items, or text ("999+"), shown beside the label.
        visible: returns False to hide the entry from a visitor.
        only_with_work: left out while nothing waits behind it (`count`), except on its own page.
    """

    url_name: str
    label: str | Promise
    icon: str
    order: int = 50
    place: str = "main"
    group: str | Promise = ""
    query: str = ""
    args: tuple[str, ...] = ()
    note: str | Promise = ""
    strong: bool = False
    count: Callable[[HttpRequest], int | str | None] | None = None
    visible: Callable[[HttpRequest], bool] | None = None
    only_with_work: bool = False


@dataclass(frozen=True, slots=True)
class NavLink:
    """Navigation entry resolved for one visitor.

    Attributes:
        current: `aria-current` of the entry: "page" on its own page, "true" on pages below it, else empty.
    """

    url: str
    label: str
    note: str
    icon: str
    group: str
    strong: bool
    count: int | str | None
    current: Current


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries below one heading; those without a heading come first.

    Attributes:
        folds: the rail is too long for a screen, so that entries behind which nothing is counted are folded away,
            unless one is current.
    """

    name: str
    links: tuple[NavLink, ...]
    folds: bool

    @property
    def is_open(self) -> bool:
        return any(link.current for link in self.links)


@dataclass(frozen=True, slots=True)
class NavSource:
    """Navigation entries computed per request.

    Attributes:
        place: place of all of them.
    """

    place: str
    entries: Callable[[HttpRequest], Iterable[NavItem]]


#: Number of entries of the desk's rail up to which all are shown.
MOST_AT_ONCE = 13

navigation: Registry[NavItem] = Registry("navigation entry")
nav_sources: Registry[NavSource] = Registry("source of navigation entries")


def links(request: HttpRequest, place: str) -> list[NavLink]:
    """Entries of a place that exist and that this visitor may see, in order."""
    visible = list(_visible(request, place))
    here = request.get_full_path()
    current = _current(request, here, [url for _, url in visible])
    counts = [item.count(request) if item.count else None for item, _ in visible]
    return [
        NavLink(
            url=url,
            label=str(item.label),
            note=str(item.note),
            icon=item.icon,
            group=str(item.group),
            strong=item.strong,
            count=count,
            current=("page" if url == here else "true") if url == current else "",
        )
        for (item, url), count in zip(visible, counts, strict=True)
        if count or not item.only_with_work or url == current
    ]


def grouped(items: Iterable[NavLink]) -> tuple[NavGroup, ...]:
    """Entries by their heading, in order; headings fold when the entries do not fit a screen of 800 pixels."""
    everything = list(items)
    is_long = len(everything) > MOST_AT_ONCE
    groups = [(name, tuple(some)) for name, some in groupby(everything, key=attrgetter("group"))]
    return tuple(
        NavGroup(name, some, folds=bool(name) and is_long and not any(link.count is not None for link in some))
        for name, some in groups
    )


def visible_names(request: HttpRequest, place: str) -> dict[str, str]:
    """URLs of the entries of a place that this visitor may see, by URL name and without saved filters."""
    return {item.url_name: url.partition("?")[0] for item, url in _visible(request, place)}


def _visible(request: HttpRequest, place: str) -> Iterator[tuple[NavItem, str]]:
    items = sorted(_of_place(request, place), key=lambda item: item.order)
    return ((item, url) for item, url in _addressed(items) if item.visible is None or item.visible(request))


def _of_place(request: HttpRequest, place: str) -> Iterator[NavItem]:
    yield from (item for item in navigation if item.place == place)
    yield from (item for source in nav_sources if source.place == place for item in source.entries(request))


def first_url(request: HttpRequest, place: str) -> str:
    """URL of the first entry of a place that this visitor may see; empty if there is none."""
    return next((url for _item, url in _visible(request, place)), "")


def _query_below(url: str, request: HttpRequest) -> dict[str, str] | None:
    """Query of an entry on this page if the request contains all of it, else None."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    matches = all(request.GET.get(name) == value for name, value in query.items())
    return query if parts.path == request.path and matches else None


def _addressed(items: list[NavItem]) -> Iterator[tuple[NavItem, str]]:
    for item in items:
        if url := cached_reverse(item.url_name, *item.args):
            yield item, f"{url}?{item.query}" if item.query else url


def cached_reverse(name: str, *arguments: str) -> str:
    """Cached `reverse`; empty when there is no such route."""
    return _address(name, arguments, settings.ROOT_URLCONF)


@lru_cache(maxsize=500)
def _address(name: str, arguments: tuple[str, ...], routes: str) -> str:
    try:
        return reverse(name, routes, args=arguments)
    except NoReverseMatch:
        return ""


def _current(request: HttpRequest, here: str, urls: list[str]) -> str | None:
    """URL of the current entry: exact match, else the entry of this page with the longest matching query, else the
    longest prefix.
    """
    if here in urls:
        return here
    within = {url: query for url in urls if (query := _query_below(url, request)) is not None}
    if within:
        return max(within, key=lambda url: len(within[url]))
    around = [url for url in urls if url != "/" and request.path.startswith(url)]
    return max(around, key=len, default=None)
