"""Home section: figures near the visitor, else the gravest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.core import current_time
from tests.feeds.conftest import NOON
from tests.feeds.test_import import school, schools
from tests.feeds.test_pages import BRIDGE, MILL, WEIR


@pytest.fixture(autouse=True)
def noon():
    with current_time.freeze(NOON):
        yield


def home(client) -> str:
    """HTML of the section; empty without figures."""
    html = client.get("/", headers={"Accept-Language": "en"}).content.decode()
    return html.partition("The city now")[2].partition("</section>")[0]


def test_without_figures_there_is_no_such_part(client, folder):
    assert home(client) == ""


def test_strangers_see_where_it_is_gravest(client, posts):
    posts(WEIR, MILL)
    schools(school(1))
    shown = home(client)
    assert ("Mill" in shown, "High water" in shown, "160" in shown) == (True, True, True)
    assert ("Weir" in shown, "Escola" in shown) == (False, False)


def test_whose_area_is_known_sees_what_is_near_and_how_far(client, posts):
    posts(WEIR, BRIDGE, MILL)
    schools(school(1))
    client.cookies["area"] = "VS-3"
    with CaptureQueriesContext(connection) as seen:
        shown = home(client)
    assert ("Weir" in shown, "30" in shown, "Mill" in shown) == (True, True, False)
    assert ("Escola 1" in shown, " km" in shown) == (True, True)
    assert sum('FROM "feeds_' in each["sql"] for each in seen) == 3, "one of them once for each import"


def test_what_is_far_away_is_left_out(client, posts):
    posts(MILL.replace("38.73,-9.475", "38.9,-9.475"))
    client.cookies["area"] = "VS-3"
    assert home(client) == ""
