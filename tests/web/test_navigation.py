import re

import pytest
from django.test import Client, RequestFactory

from kini.core.registry import Registry
from kini.web import navigation
from kini.web.navigation import NavItem, NavSource, links
from tests.pagechecks import CheckedClient

Entries = Registry[NavItem]


def test_entries_come_in_their_order_and_only_where_they_belong(
    navigation_entries: Entries, rf: RequestFactory
) -> None:
    navigation_entries.register("late", NavItem("components", "Late", "clock", order=90))
    navigation_entries.register("early", NavItem("desk", "Early", "clock", order=1))
    navigation_entries.register("below", NavItem("desk", "Below", "clock", place="bottom"))
    assert [link.label for link in links(rf.get("/"), "main")] == ["Early", "Late"]


def test_an_entry_without_an_address_is_left_out(navigation_entries: Entries, rf: RequestFactory) -> None:
    navigation_entries.register("gone", NavItem("wifi:map", "Wi-Fi", "wifi"))
    assert links(rf.get("/"), "main") == []


def test_an_entry_can_be_for_some_visitors_only(navigation_entries: Entries, rf: RequestFactory) -> None:
    navigation_entries.register(
        "desk", NavItem("desk", "Desk", "clock", visible=lambda request: "officer" in request.GET)
    )
    assert links(rf.get("/"), "main") == []
    assert [link.label for link in links(rf.get("/?officer"), "main")] == ["Desk"]


def test_a_shelf_holds_what_differs_from_visitor_to_visitor(navigation_entries: Entries, rf: RequestFactory) -> None:
    navigation_entries.register("late", NavItem("desk", "Late", "clock", order=90))
    own = NavSource("main", lambda request: [NavItem("desk", name, "filter") for name in request.GET.getlist("own")])
    navigation.nav_sources.register("own", own)
    assert [link.label for link in links(rf.get("/?own=Fish&own=Boats"), "main")] == ["Fish", "Boats", "Late"]
    assert links(rf.get("/?own=Fish"), "bottom") == []


@pytest.mark.parametrize(
    ("here", "current"),
    [
        ("/services/", "All"),
        ("/services/?due=late", "Late"),
        ("/services/?page=2&due=late", "Late"),
        ("/services/?due=now", "All"),
        ("/services/civil", "All"),
        ("/desk", ""),
    ],
)
def test_the_entry_where_one_is_is_marked(
    navigation_entries: Entries, rf: RequestFactory, here: str, current: str
) -> None:
    navigation_entries.register("all", NavItem("services", "All", "clock"))
    navigation_entries.register("late", NavItem("services", "Late", "clock", query="due=late"))
    navigation_entries.register("home", NavItem("web:home", "Home", "home"))
    assert [link.label for link in links(rf.get(here), "main") if link.current] == [current] * bool(current)


def test_the_rail_of_the_desk_groups_and_counts(navigation_entries: Entries, client: CheckedClient) -> None:
    navigation_entries.register("due", NavItem("desk", "Due", "clock", place="desk", count=lambda request: 12))
    navigation_entries.register(
        "mine", NavItem("desk", "Mine", "filter", order=60, place="desk", group="My filters", query="mine=1")
    )
    page = client.get("/desk").content.decode()
    assert 'class="count num">12</span>' in page
    assert '<p class="rail-group">My filters</p>' in page
    assert re.search(r'href="/desk"\s+aria-current="page"', page)


def test_the_bottom_bar_names_where_one_is(client: Client) -> None:
    assert re.search(rb'<a\s+href="/"\s+aria-current="page">\s*<span class="bottom-icon">', client.get("/").content)


def test_an_entry_is_left_out_while_nothing_waits(navigation_entries: Entries, rf: RequestFactory) -> None:
    waiting = NavItem(
        "services", "Late", "clock", count=lambda request: int(request.GET.get("n", 0)), only_with_work=True
    )
    navigation_entries.register("late", waiting)
    assert links(rf.get("/"), "main") == []
    assert [link.count for link in links(rf.get("/?n=3"), "main")] == [3]
    assert [link.label for link in links(rf.get("/services/"), "main")] == ["Late"], "its own page keeps it"


def test_the_first_entry_of_a_place_is_where_one_begins(navigation_entries: Entries, rf: RequestFactory) -> None:
    assert navigation.first_url(rf.get("/"), "desk") == ""
    navigation_entries.register("late", NavItem("services", "Late", "clock", order=9, place="desk"))
    hidden = NavItem("web:home", "Home", "home", order=1, place="desk", visible=lambda request: False)
    navigation_entries.register("hidden", hidden)
    assert navigation.first_url(rf.get("/"), "desk") == "/services/"
