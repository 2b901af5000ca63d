"""Pages of feeds: figures with source and age, filters, nearness, maps, charts, downloads."""

import csv
import gzip
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.city import actions as city_actions
from kini.core import current_time
from kini.feeds import actions, importer
from kini.feeds.import_run import FileOrigin, ImportRefused
from tests.feeds.conftest import BY, HEAD, NOON, POSTS, TOWN
from tests.feeds.test_import import school, schools

MILL = "Mill,2026-11-23,11:30,160,,38.73,-9.475"
BRIDGE = "Bridge,2026-11-23,11:40,80,grave,38.755,-9.45"
WEIR = "Weir,2026-11-23,11:45,30,calm,38.745,-9.43"
PAGE = "/figures/posts/"


@pytest.fixture(autouse=True)
def noon():
    with current_time.freeze(NOON):
        yield


def read(client, address, **asked):
    response = client.get(address, asked, headers={"Accept-Language": "en"})
    assert response.status_code == 200, address
    assert len(gzip.compress(response.content)) <= 14_000
    return response.content.decode()


def order(html, *names):
    return sorted(names, key=html.index)


def test_every_figure_has_its_source_its_moment_and_its_level_in_words(client, posts):
    posts(MILL, BRIDGE, WEIR)
    html = read(client, PAGE)
    assert html.count("Water board · <time") == 3
    assert html.count("High water") >= 2
    assert order(html, ">Mill<", ">Bridge<", ">Weir<") == [">Mill<", ">Bridge<", ">Weir<"]
    assert 'class="old"' not in html


def test_one_late_figure_is_old_and_a_late_source_says_so(client, posts):
    posts(MILL, BRIDGE.replace("11:40", "08:40"))
    html = read(client, PAGE)
    assert html.count('class="old"') == 1
    assert "The source is late" not in html
    with current_time.freeze(NOON + timedelta(days=1)):
        html = read(client, PAGE)
    assert "The source is late" in html
    assert html.count('class="old"') == 3
    assert "160" in html


def test_a_broken_source_shows_the_last_good_figures(client, posts):
    posts(MILL)
    with pytest.raises(ImportRefused):
        importer.import_file(by=BY, name="posts", content=b"\0\0", origin=FileOrigin("broken.csv"))
    html = read(client, PAGE)
    assert "The source cannot be read" in html
    assert "160" in html


def test_without_figures_the_page_says_so(client, folder):
    assert "There are no figures yet" in read(client, PAGE)
    assert client.get("/figures/none/").status_code == 404
    assert client.get("/figures/posts/of/none/").status_code == 404


def test_filters(client, folder):
    schools(school(1), school(2, "Liceu", "music"), school(3, sort="music"))
    page = "/figures/schools/"
    assert read(client, page, **{"f-sort": "music"}).count('class="figures-row"') == 2
    assert read(client, page, q="liceu").count('class="figures-row"') == 1
    assert "No matches" in read(client, page, q="zzz")
    assert read(client, page, area="VS-1").count('class="figures-row"') == 3
    assert "No matches" in read(client, page, area="VS-2")


def test_levels_are_filters_too(client, posts):
    posts(MILL, BRIDGE, WEIR)
    assert read(client, PAGE, level="low").count('class="figures-row"') == 1


def test_near_an_area_by_its_name_and_near_a_point(client, posts):
    posts(MILL, BRIDGE, WEIR)
    html = read(client, PAGE, near="ribeira funda")
    assert order(html, ">Mill<", ">Bridge<", ">Weir<")[0] == ">Weir<"
    assert "about 50 m" in html
    response = client.post(PAGE, {"lat": "38.755", "lon": "-9.45"}, headers={"Accept-Language": "en"})
    assert order(response.content.decode(), ">Mill<", ">Bridge<", ">Weir<")[0] == ">Bridge<"
    for wrong in (client.get(PAGE, {"near": "nowhere"}), client.post(PAGE, {"lat": "0", "lon": "0"})):
        assert wrong.status_code == 422


def test_the_map_numbers_what_the_list_numbers(client, posts):
    posts(MILL, BRIDGE, WEIR)
    html = read(client, PAGE)
    assert html.count('class="map-dot') == html.count('class="figures-row"') == 3
    assert 'class="map-outline"' in html


def test_a_row_shows_its_course_as_chart_and_table(client, posts):
    posts(MILL, MILL.replace("11:30,160", "10:30,120"), MILL.replace("11:30,160", "09:30,140"))
    html = read(client, "/figures/posts/of/mill/")
    assert "<polyline" in html
    assert html.count('<td class="number">') == 3
    assert "not yet confirmed" in html
    assert "Go uphill." in html
    text = client.get("/figures/posts/of/mill/history.csv").content.decode("utf-8-sig")
    assert [row["cm"] for row in csv.DictReader(io.StringIO(text))] == ["140", "120", "160"]


def test_downloads_say_source_licence_and_age_and_follow_the_filters(client, posts):
    posts(MILL, BRIDGE, WEIR)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}data.csv?q=mill").content.decode("utf-8-sig"))))
    assert [(row["post"], row["cm"], row["old"], row["source"], row["licence"]) for row in rows] == [
        ("Mill", "160", "false", "Water board", "Open")
    ]
    assert rows[0]["measured_at"].startswith("2026-11-23T11:30")
    body = json.loads(client.get(f"{PAGE}data.geojson").content)
    assert body["features"][0]["geometry"]["coordinates"] == [-9.475, 38.73]
    assert body["licence"] == "Open"


def test_a_cell_is_never_a_formula(client, posts):
    posts(MILL.replace("Mill", "=cmd()"))
    text = client.get(f"{PAGE}data.csv").content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["post"] == "'=cmd()"


def test_numbers_that_could_point_at_persons_are_not_shown(client, folder):
    schools(school(1, places=3), school(2, places=0), school(3, places=77), school(4, places=78), school(5, places=79))
    html = read(client, "/figures/schools/")
    assert "fewer than 5" in html
    rows = csv.DictReader(io.StringIO(client.get("/figures/schools/data.csv").content.decode("utf-8-sig")))
    # 77 would give 3 away to who knows the sum.
    assert {row["number"]: row["places"] for row in rows} == {"1": "<5", "2": "0", "3": "", "4": "78", "5": "79"}
    assert "fewer than 5" in read(client, "/figures/schools/of/1/")
    for page in (html, read(client, "/figures/schools/of/3/")):
        assert "not published" in page
        assert "77" not in page
    assert "77" not in client.get("/figures/schools/data.geojson").content.decode()
    assert "78" in read(client, "/figures/schools/of/4/")


def test_nor_by_their_history(client, running_pack, db):
    """At each moment the numbers of all rows are taken together."""
    running_pack(TOWN, {"feeds/posts.yaml": POSTS.replace("unit: cm,", "unit: cm, smallest: 50,")})
    city_actions.load_pack_tables(by=BY)
    for hour, mill in (("10:00", 20), ("11:00", 70)):
        measured = (("Mill", mill, "38.73,-9.475"), ("Bridge", 80, "38.755,-9.45"), ("Weir", 90, "38.745,-9.43"))
        lines = [f"{post},2026-11-23,{hour},{cm},,{place}" for post, cm, place in measured]
        content = (HEAD + "\n".join(lines)).encode()
        actions.import_rows(by=BY, name="posts", content=content, origin=FileOrigin("posts.csv"))

    def history(key):
        text = client.get(f"{PAGE}of/{key}/history.csv").content.decode("utf-8-sig")
        return [row["cm"] for row in csv.DictReader(io.StringIO(text))]

    assert (history("mill"), history("bridge"), history("weir")) == (["<50", "70"], ["", "80"], ["90", "90"])
    page = read(client, f"{PAGE}of/bridge/")
    assert "not published" in page
    assert "fewer than 50" in read(client, f"{PAGE}of/mill/")


def test_a_page_of_many_rows_asks_few_questions(client, folder):
    schools(*(school(n) for n in range(200)))
    read(client, "/figures/schools/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert read(client, "/figures/schools/").count('class="figures-row"') == 20
    assert len(queries) <= 12
