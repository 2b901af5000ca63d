import pytest
from django.db import DatabaseError

from kini.city import actions, queries
from kini.city.models import Agency, Area, Place, Unit
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.config_files import ConfigErrors
from kini.core.models import AuditEntry
from tests.city.conftest import BY


def test_the_packs_tables_are_stored(loaded_town):
    assert list(Area.objects.values_list("code", "depth", "path", "parent_id")) == [
        ("VS", 0, "VS", None),
        *((f"VS-{n}", 1, f"VS/VS-{n}", "VS") for n in range(1, 5)),
    ]
    assert Agency.objects.get(id="balcao").short_name == "Balcão"
    assert Unit.objects.get(id="obras-VS-2").name == {
        "pt": "Equipa de Santa Luzia do Monte",
        "en": "Crew of Santa Luzia do Monte",
    }
    assert Place.objects.get(id="balcao-porto").address == "Largo do Cais, 1"


def test_loading_again_changes_nothing(loaded_town):
    before = AuditEntry.objects.count()
    assert actions.load_pack_tables(by=BY) == {"areas": 0, "agencies": 0, "units": 0, "places": 0}
    assert AuditEntry.objects.count() == before


def test_what_changed_is_updated_and_what_vanished_is_switched_off(loaded_town, changed, settings):
    changed("areas.csv", ("Ribeira Funda", "Ribeira Alta"))
    changed("agencies.yaml", ("balcao:\n", "atendimento:\n"))
    path = changed("places.csv", ("balcao-monte,counter,Balcão do Monte,VS-2,balcao,38.7560,-9.4510,\n", ""))
    text = (path / "places.csv").read_text("utf-8").replace(",balcao,", ",atendimento,")
    (path / "places.csv").write_text(text, "utf-8")
    settings.CITY_PATH = path
    assert actions.load_pack_tables(by=BY) == {"areas": 1, "agencies": 2, "units": 3, "places": 2}
    assert Area.objects.get(code="VS-3").name == "Ribeira Alta"
    assert not Agency.objects.get(id="balcao").active
    assert [place.id for place in queries.place_options("counter")] == ["balcao-porto"]
    settings.CITY_PATH = loaded_town
    actions.load_pack_tables(by=BY)
    assert [place.id for place in queries.place_options("counter")] == ["balcao-porto", "balcao-monte"]


def test_an_area_that_vanished_stays_for_old_cases_and_is_offered_no_more(loaded_town, changed, settings):
    settings.CITY_PATH = changed("areas.csv", ("VS-4,freguesia,Ilhéu,VS,38.6900,-9.5200,,700\n", ""))
    actions.load_pack_tables(by=BY)
    assert Area.objects.filter(code="VS-4").exists()
    assert queries.area("VS-4") is None
    assert [area.code for area in queries.areas_by_level("freguesia")] == ["VS-1", "VS-2", "VS-3"]
    assert queries.locate(38.69, -9.52) is None


def test_a_pack_with_faults_changes_nothing(loaded_town, changed, settings):
    changed("agencies.yaml", ("Estaleiro municipal", "Estaleiro"))
    settings.CITY_PATH = changed("places.csv", ("VS-2,balcao", "VS-7,balcao"))
    with pytest.raises(ConfigErrors, match="VS-7"):
        actions.load_pack_tables(by=BY)
    assert Unit.objects.get(id="obras-VS").name["pt"] == "Estaleiro municipal"


@pytest.mark.parametrize("kind", [ActorKind.RESIDENT, ActorKind.OFFICER, ActorKind.GUEST])
def test_only_the_operators_commands_load(town, db, tmp_path, kind):
    with pytest.raises(NotAllowed):
        actions.load_pack_tables(by=Actor(kind, user_id=1))
    with pytest.raises(NotAllowed):
        actions.load_boundaries(by=Actor(kind, user_id=1), path=tmp_path / "none.geojson")


def test_a_whole_city_loads_again_with_few_queries(loaded_jakarta, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        actions.load_pack_tables(by=BY)
    assert Unit.objects.count() > 1000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE city_area SET latitude = 91 WHERE code = 'VS-1'",
        "UPDATE city_area SET longitude = 'NaN' WHERE code = 'VS-1'",
        "UPDATE city_area SET path = 'VS/VS-2' WHERE code = 'VS-1'",
        "UPDATE city_area SET path = 'VS/VS-1/other' WHERE code = 'VS-1'",
        "UPDATE city_area SET parent_id = NULL WHERE code = 'VS-1'",
        "UPDATE city_area SET depth = 0 WHERE code = 'VS-1'",
        "UPDATE city_area SET km2 = 0 WHERE code = 'VS-1'",
        "UPDATE city_area SET population = -1 WHERE code = 'VS-1'",
        "UPDATE city_area SET parent_id = 'none' WHERE code = 'VS-1'",
        "DELETE FROM city_area WHERE code = 'VS-1'",
        "DELETE FROM city_agency WHERE id = 'obras'",
        "UPDATE city_unit SET area_id = 'none' WHERE id = 'obras-VS-1'",
        "UPDATE city_place SET longitude = 200",
        "UPDATE city_place SET agency_id = 'none'",
    ],
)
def test_the_database_refuses_what_cannot_be(loaded_town, execute, statement):
    with pytest.raises(DatabaseError):
        execute(statement)
