import pytest

from kini.city import geocoding, pack, queries
from kini.city.models import Area
from kini.core.geometry import distance_m


def test_areas_are_listed_under_the_one_around_them(loaded_town, django_assert_max_num_queries):
    queries.lowest_level_areas()
    with django_assert_max_num_queries(1):  # the version of what is cached
        ((whole, parishes),) = queries.lowest_level_areas()
        assert (whole.name, parishes[0].name) == ("Vila Serena", "Porto Velho")


def test_a_point_is_in_the_nearest_area(loaded_town, django_assert_max_num_queries):
    queries.locate(38.73, -9.475)
    with django_assert_max_num_queries(2):
        nearest = queries.locate(38.7311, -9.4760)
    assert nearest is not None
    assert nearest.name == "Porto Velho"
    assert str(queries.locate(38.69, -9.52)) == "Ilhéu", "an islet far from the rest"


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(38.71, -9.50), (38.78, -9.40), (0.0, 0.0), (float("nan"), 0.0), (91.0, 500.0)],
    ids=["at sea", "in the next town", "null island", "not a number", "off the earth"],
)
def test_a_point_outside_the_city_is_in_no_area(loaded_town, latitude, longitude):
    assert queries.locate(latitude, longitude) is None


def test_without_areas_no_point_is_in_the_city(town, db):
    assert queries.locate(38.73, -9.475) is None


def test_every_areas_own_point_lies_in_it(loaded_jakarta):
    for area in Area.objects.filter(level=pack.current().lowest_level):
        assert queries.locate(area.latitude, area.longitude) == area


def test_the_responsible_unit_is_the_one_with_the_smallest_area_around(loaded_town):
    parish = queries.area("VS-2")
    assert str(queries.unit_for("obras", parish).area_id) == "VS-2"
    assert queries.unit_for("balcao", parish).id == "balcao-VS"
    assert queries.unit_for("obras", None).id == "obras-VS"
    assert queries.unit_for("nobody", parish) is None


def test_the_nearest_unit_is_sent(loaded_town):
    assert queries.nearest_unit("obras", 38.7449, -9.4310).id == "obras-VS-3"
    assert queries.nearest_unit("nobody", 38.7449, -9.4310) is None


def test_the_nearest_places_come_first_with_their_distance(loaded_town, django_assert_num_queries):
    queries.whole_city()  # from now on the process holds the city's tables
    with django_assert_num_queries(0):
        nearest = queries.nearest_places("counter", 38.7555, -9.4510, 5)
        assert [(place.id, place.area.parent.name) for place, _ in nearest] == [
            ("balcao-monte", "Vila Serena"),
            ("balcao-porto", "Vila Serena"),
        ]
    assert nearest[0][1] == pytest.approx(distance_m((38.7555, -9.4510), (38.7560, -9.4510)))
    assert len(queries.nearest_places("counter", 38.7555, -9.4510, 1)) == 1
    assert queries.nearest_places("school", 38.7555, -9.4510, 5) == []


def test_an_area_with_the_name_of_the_one_around_it_is_told_apart(loaded_town):
    area = Area.objects.select_related("parent").get(name="Porto Velho")
    around = area.parent
    assert geocoding.describe_location(area).endswith(f"Porto Velho, {around.name}")
    around.name = area.name
    level = pack.current().level_name(around.level)
    assert geocoding.describe_location(area).endswith(f"Porto Velho, {level} Porto Velho")
