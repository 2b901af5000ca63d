"""The map component: classes of areas, numbered points, what lies outside, and how much is sent."""

import gzip
import re

import pytest
import shapely
from django.template.loader import render_to_string
from django.test import Client

from kini.city.maps import city_map, names
from kini.city.maps.base import base_map
from kini.city.models import Area

#: Compressed size of each of the documents that a browser keeps, and of a map of all areas in a page.
MOST_DOCUMENT, MOST_MAP = 24_000, 8_000
GRADES = [city_map.AreaClass("few", "shade-1"), city_map.AreaClass("many", "shade-5")]


def drawn(shown: city_map.CityMap | None) -> str:
    assert shown
    return render_to_string("city/map.html", {"map": shown})


def compressed(text: str) -> int:
    return len(gzip.compress(text.encode()))


def test_each_area_is_drawn_in_its_class_with_its_text(loaded_town):
    html = drawn(
        city_map.area_map("Cases", GRADES, {"VS-1": 0, "VS-2": 1}, texts={"VS-2": "12.5"}, link="/a/{}/".format)
    )
    assert "<title>Porto Velho: few</title>" in html
    assert "<title>Santa Luzia do Monte: 12.5</title>" in html
    assert '<a href="/a/VS-2/" tabindex="-1">' in html
    assert "no figure" in html
    assert 'role="group"' in html
    assert re.search(r'map-digit shade-5" x="[\d-]+" y="[\d-]+">2<', html)


def test_values_are_graded_by_quantiles_or_given_edges():
    values = {str(n): float(n) for n in range(1, 11)}
    classes, class_of = city_map.shaded(values, lambda value: f"{value:.0f}")
    assert [list(class_of.values()).count(n) for n in range(5)] == [2, 2, 2, 2, 2]
    assert [each.label for each in classes] == ["1 – 2", "3 – 4", "5 – 6", "7 – 8", "≥ 9"]
    classes, class_of = city_map.shaded({"a": 5, "b": 20, "c": 19.9}, str, edges=[10, 20])
    assert class_of == {"a": 0, "b": 2, "c": 1}
    assert [each.tone for each in classes] == ["shade-1", "shade-3", "shade-5"]


def test_classes_of_counts_do_not_overlap():
    classes, class_of = city_map.shaded({"a": 0, "b": 1, "c": 2, "d": 7}, lambda value: f"{value:.0f}", edges=[1, 2, 5])
    assert [each.label for each in classes] == ["0", "1", "2 – 4", "≥ 5"]
    assert class_of == {"a": 0, "b": 1, "c": 2, "d": 3}


def test_classes_that_read_alike_are_one():
    values = {str(n): 3.6 + n / 100 for n in range(14)}
    classes, class_of = city_map.shaded(values, lambda value: f"{value:.1f}")
    assert [each.label for each in classes] == ["3.6 – 3.7", "≥ 3.7"]
    assert set(class_of.values()) == {0, 1}


@pytest.mark.parametrize("values", [{}, {"a": 0.0}, {"a": 3.0, "b": 3.0}])
def test_few_or_equal_values_have_a_class_each(values):
    classes, class_of = city_map.shaded(values, str)
    assert class_of.keys() == values.keys()
    assert all(0 <= index < len(classes) for index in class_of.values())


def test_a_map_of_the_whole_city_is_small(loaded_jakarta):
    base = base_map()
    assert base
    assert all(compressed(document) < MOST_DOCUMENT for document in base.documents.values())
    html = drawn(city_map.area_map("Cases", GRADES, {code: n % 2 for n, code in enumerate(base.shapes)}))
    assert html.count("<title>") == 267
    assert compressed(html) < MOST_MAP


def test_the_islands_are_an_inset_and_the_mainland_is_large(loaded_jakarta):
    base = base_map()
    assert base
    assert base.inset
    assert {code[:5] for code in base.detached} == {"31.01"}
    assert base.frame.width * 10 < 40_000
    shown = city_map.area_map("Cases", GRADES, dict.fromkeys(base.shapes, 0))
    assert shown
    assert len(shown.classes[0].apart) == 6
    assert "<title>Pulau Tidung: few</title>" in drawn(shown)


def test_names_of_one_zoom_do_not_overlap(loaded_jakarta):
    base = base_map()
    assert base
    shown = []
    for zoom in names.ZOOMS:
        (group,) = re.findall(rf'<g id="names-{zoom}">(.*?)</g>', base.documents["lines"])
        shown += [
            names.Name(text, float(x), float(y), zoom)
            for x, y, text in re.findall(r'<text x="(-?\d+)" y="(-?\d+)"[^>]*>([^<]+)<', group)
        ]
        boxes = [name.box(0.98 * base.frame.width / names.PHONE / zoom) for name in shown]
        tree = shapely.STRtree(boxes)
        assert all(one == other for one, other in tree.query(boxes, predicate="intersects").T)
    assert {"Jakarta Selatan", "Kota Depok"} <= {name.text for name in shown if name.zoom == 1}


def test_points_far_away_are_marked_at_the_edge(loaded_jakarta):
    katulampa, monas = (-6.633, 106.837), (-6.175, 106.827)
    shown = city_map.point_map([(1, katulampa, "bad"), (2, monas, ""), (3, (-6.3, 106.9), "")])
    assert shown
    assert [mark.number for mark in shown.marks] == [2, 3]
    (far,) = shown.far
    assert (far.number, far.turn) == (1, pytest.approx(180, abs=10))
    assert far.y == pytest.approx(shown.height - city_map.EDGE, abs=1)
    assert "An arrow at the edge" in drawn(shown)
    assert shown.frame == shown.base.frame


def test_points_near_each_other_are_shown_from_near(loaded_jakarta):
    shown = city_map.point_map([(1, (-6.175, 106.827), ""), (2, (-6.18, 106.83), "")], here=(-6.176, 106.828))
    assert shown
    assert shown.zoom > 4
    assert shown.here
    assert len(shown.names) >= 3


def test_a_point_on_the_islands_is_in_the_inset(loaded_jakarta):
    island = Area.objects.get(name="Pulau Tidung")
    shown = city_map.point_map([(1, (island.latitude, island.longitude), ""), (2, (-6.175, 106.827), "")])
    assert shown
    assert ([mark.number for mark in shown.apart], shown.far) == ([1], [])


def test_there_is_no_map_without_numbered_points_or_areas(loaded_town):
    assert city_map.point_map([]) is None


def test_documents_are_kept_under_the_address_of_their_version(loaded_town, client: Client):
    base = base_map()
    assert base
    for name in ("lines", "areas"):
        response = client.get(f"/areas/map/{base.version}/{name}.svg")
        assert response["Content-Type"] == "image/svg+xml"
        assert "max-age=31536000" in response["Cache-Control"]
        assert "max-age=300" in client.get(f"/areas/map/old/{name}.svg")["Cache-Control"]
    assert client.get(f"/areas/map/{base.version}/streets.svg").status_code == 404
