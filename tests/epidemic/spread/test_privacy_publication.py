"""The public pages against somebody who wants to find a person in them."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kini.epidemic.models import CaseRecord, PublishedAreas
from kini.people.models import Person
from tests.epidemic.spread.conftest import LAST, MANY, MONDAY, ONE, SOME, publish
from tests.pagechecks import CheckedClient

PAGE = "/epidemic/covid-19/"
PATHS = ("", "areas/?sort=name", f"areas/{ONE}/", "areas/31.74.04/", "method/", "data/", "?by=onset")


def test_a_kelurahan_with_one_case_is_hidden_everywhere(client: CheckedClient, wave: None) -> None:
    """Map, table, page of the area, and all downloads: neither its count, nor its rate, nor its zones."""
    rows = json.loads(client.get(f"{PAGE}data/areas.json").content)["rows"]
    hidden = [row for row in rows if row["area"] == ONE]
    assert hidden[-1]["suppressed"]
    assert all(hidden[-1][name] is None for name in ("cases", "incidence", "incidence_smoothed"))
    page = client.get(f"{PAGE}areas/?sort=name").text
    assert f'href="{PAGE}areas/{ONE}/"' in page
    content = PublishedAreas.objects.order_by("-last")[0].content["areas"][ONE]
    assert content | {"cases": None} == content
    assert content["zones"] == {}
    assert content["smoothed"] is None


def test_its_count_does_not_follow_from_the_kecamatan(client: CheckedClient, wave: None) -> None:
    """The kecamatan is published; so another kelurahan is hidden beside the one with a single case."""
    areas = PublishedAreas.objects.order_by("-last")[0].read().areas
    assert areas["31.74.04"].cases == areas[MANY].cases + 7 + 1
    assert areas[SOME].cases is None


def test_days_cannot_be_subtracted(client: CheckedClient, wave: None) -> None:
    """On each day of a week the areas show the same whole week."""
    pages = [
        client.get(f"{PAGE}areas/?sort=name&on={MONDAY + timedelta(days=n)}")
        .text.split("<tbody>")[1]
        .split("</tbody>")[0]
        for n in range(6)
    ]
    assert len({page.replace(f"?on={MONDAY + timedelta(days=n)}", "") for n, page in enumerate(pages)}) == 1


def test_a_late_case_does_not_show_in_any_download(
    client: CheckedClient, wave: None, add_cases: Callable[..., list[CaseRecord]]
) -> None:
    paths = [f"{PAGE}data/{table}.{form}" for table in ("areas", "ages") for form in ("csv", "json")]
    before = [client.get(path).content for path in paths]
    add_cases(MANY, MONDAY, 1)
    publish()
    assert [client.get(path).content for path in paths] == before


def test_small_counts_are_refused_by_the_database(wave: None) -> None:
    row = PublishedAreas.objects.order_by("-last")[0]
    for change in ({"areas": {ONE: {"cases": 1}}}, {"ages": {"female-20": 4}}):
        with pytest.raises(IntegrityError, match="no_small_count"), transaction.atomic():
            PublishedAreas.objects.filter(pk=row.pk).update(content=row.content | change)
    with pytest.raises(IntegrityError, match="apart"), transaction.atomic():
        PublishedAreas.objects.create(
            disease=row.disease, first=row.first + timedelta(days=1), last=LAST, content=row.content, made_up=False
        )


def test_nobody_is_looked_up(client: CheckedClient, wave: None) -> None:
    """There is no search for persons; names, numbers and references in the address find nothing."""
    case = CaseRecord.objects.filter(area_id=ONE)[0]
    Person.objects.filter(pk=case.person_id).update(name="Warga Rahasia", phone="+628121112223")
    for path in PATHS:
        page = client.get(f"{PAGE}{path}").text
        for secret in (case.reference, "Warga Rahasia", "08121112223"):
            assert secret not in page
    for asked in (case.reference, "Warga%20Rahasia", "3174041001900001", "+628121112223"):
        assert client.get(f"{PAGE}areas/{asked}/").status_code == 404
        assert client.get(f"{PAGE}data/{asked}.csv").status_code == 404
        assert client.get(f"{PAGE}areas/?q={asked}").text == client.get(f"{PAGE}areas/?q=x").text.replace(
            "q=x", f"q={asked}"
        )


def test_pages_do_not_read_case_records(client: CheckedClient, wave: None, django_assert_num_queries: object) -> None:
    """They work when the case records and their counts are gone."""
    before = [client.get(f"{PAGE}{path}").text for path in PATHS]
    CaseRecord.objects.all().delete()
    assert [client.get(f"{PAGE}{path}").text for path in PATHS] == before
