"""Saved filters: named, in the rail with a count, one of them first; only so many, and each officer their own."""

import pytest
from django.db import IntegrityError, transaction

from kini.cases import actions
from kini.cases.models import MAX_FILTERS, SavedFilter
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.people.public import desk_counts
from kini.services.models import ServiceVersion
from kini.web.context_processors import Layout
from kini.web.navigation import NavLink
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, offer, opened
from tests.pagechecks import CheckedClient

QUERY = "view=due&service=stage-permit"


def rail(client: CheckedClient) -> dict[str, int | str | None]:
    links = rail_links(client.get("/desk/mentions/").context["layout"])
    return {link.label: link.count for link in links if link.group == "My filters"}


def rail_links(layout: Layout) -> list[NavLink]:
    return [link for group in layout.desk for link in group.links]


def save(town: Town, name: str, query: str = QUERY, first: bool = False) -> SavedFilter:
    return actions.save_filter(by=town.named("clerk"), name=name, query=query, first=first)


def test_a_view_is_saved_and_used_again(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    opened(town.named("resident"), permit, town.resident)
    stage = offer("stage-permit", PERMIT | {"name": "Stage permit"})
    wanted = opened(town.named("resident"), stage, town.resident)
    page = clerk.get("/desk/?service=stage-permit").content.decode()
    assert f"/desk/filters/?{QUERY}".replace("&", "&amp;") in page
    form = clerk.get(f"/desk/filters/?{QUERY}").content.decode()
    assert "Due · Stage permit" in form
    response = clerk.post(f"/desk/filters/?{QUERY}", {"name": "  Stages "})
    assert (response.status_code, response["Location"]) == (303, f"/desk/?{QUERY}")
    page = clerk.get(f"/desk/?{QUERY}")
    assert [row.case.reference for row in page.context["rows"]] == [wanted.reference]
    assert "<h1>Stages</h1>" in page.content.decode()
    assert [link.label for link in rail_links(page.context["layout"]) if link.current] == ["Stages"]
    assert rail(clerk) == {"Stages": 1}


def test_the_desk_opens_with_the_first_one(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    saved = save(town, "Mine", "view=mine")
    assert clerk.get("/desk/").status_code == 200
    clerk.post(f"/desk/filters/{saved.pk}/", {"first": "yes"})
    assert clerk.get("/desk/")["Location"] == "/desk/?view=mine"
    due = next(link for link in rail_links(clerk.get("/desk/?view=due").context["layout"]) if link.label == "Due")
    assert due.url == "/desk/?view=due"
    assert due.current
    other = save(town, "Late ones", "view=overdue", first=True)
    assert list(SavedFilter.objects.filter(first=True)) == [other]
    clerk.post(f"/desk/filters/{other.pk}/", {"first": "no"})
    assert clerk.get("/desk/").status_code == 200


def test_counts_stand_where_an_index_tells_them(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    opened(town.named("resident"), permit, town.resident)
    save(town, "Pier", "view=unassigned&area=1.1.1")
    save(town, "Hill", "view=due&area=1.1.2")
    save(town, "Boats", "view=due&q=camar")
    save(town, "Ended", "view=ended")
    assert rail(clerk) == {"Pier": 1, "Hill": 0, "Boats": None, "Ended": None}


def test_large_counts_are_said_as_such(
    town: Town, permit: ServiceVersion, clerk: CheckedClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(desk_counts, "MAX_COUNTED", 2)
    for _ in range(3):
        opened(town.named("resident"), permit, town.resident)
    save(town, "Permits", "view=due&service=stall-permit")
    assert rail(clerk) == {"Permits": "1+"}
    assert 'class="count num">1+</span>' in clerk.get("/desk/").content.decode()


def test_a_filter_keeps_meaning_what_it_says_when_no_such_case_is_left(town: Town, clerk: CheckedClient, case):
    other = offer("stage-permit", PERMIT | {"name": "Stage permit"})
    assert clerk.get(f"/desk/?{QUERY}").context["rows"] == [], "not everything instead"
    page = clerk.get(f"/desk/?{QUERY}&area=1.1.2").content.decode()
    assert '<option value="stage-permit" selected>Stage permit</option>' in page
    assert '<option value="1.1.2" selected>Kampung Bukit</option>' in page
    assert other.pk


def test_what_cannot_be_saved_is_said(town: Town, clerk: CheckedClient):
    for name, advice in (("", "short name"), ("x" * 41, "fewer words"), ("a\x01", "")):
        response = clerk.post(f"/desk/filters/?{QUERY}", {"name": name})
        assert response.status_code == (422 if advice else 303)
        assert advice in response.content.decode()
    response = clerk.post(f"/desk/filters/?{QUERY}", {"name": "A", "first": "yes"})
    assert response.status_code == 422
    assert "with this name" in response.content.decode()
    for number in range(MAX_FILTERS - 1):
        save(town, f"Filter {number}")
    assert clerk.get(f"/desk/filters/?{QUERY}").context["asked"] is None
    full = clerk.post(f"/desk/filters/?{QUERY}", {"name": "One more"})
    assert full.status_code == 422
    assert "Delete one" in full.content.decode()


def test_a_deleted_one_leaves_its_place_to_the_next(town: Town, clerk: CheckedClient):
    first, second = save(town, "One"), save(town, "Two")
    assert clerk.post(f"/desk/filters/{first.pk}/", {"delete": "yes"}).status_code == 303
    third = save(town, "Three")
    assert (second.place, third.place) == (2, 1)
    assert list(rail(clerk)) == ["Three", "Two"]
    deeds = ["cases.filter-saved", "cases.filter-saved", "cases.filter-deleted", "cases.filter-saved"]
    saved = AuditEntry.objects.filter(subject__startswith="filter:").order_by("pk")
    assert list(saved.values_list("action", flat=True)) == deeds


def test_nobody_sees_or_changes_those_of_others(town: Town, head: CheckedClient, browse: Browse):
    saved = save(town, "One")
    assert rail(head) == {}
    assert head.post(f"/desk/filters/{saved.pk}/", {"delete": "yes"}).status_code == 404
    with pytest.raises(NotAllowed):
        actions.delete_filter(by=town.named("head"), saved=saved)
    with pytest.raises(NotAllowed):
        actions.save_filter(by=town.named("resident"), name="One", query=QUERY)
    with pytest.raises(ActionRefused):
        save(town, "one")
    assert browse(town.resident).post("/desk/filters/?view=due", {"name": "x"}).status_code == 403
    assert SavedFilter.objects.get() == saved


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": MAX_FILTERS + 1},
        {"place": 0},
        {"place": 1},
        {"name": "ONE"},
        {"first": True},
        {"name": ""},
        {"query": ""},
    ],
)
def test_the_database_holds_it(town: Town, wrong: dict[str, object]):
    save(town, "One", first=True)
    fields = {"officer": town.clerk, "place": 2, "name": "Two", "query": QUERY} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedFilter.objects.bulk_create([SavedFilter(**fields)])
