"""Lists of points: every bad row is named, the same list again changes nothing, the database holds what must hold."""

import csv
import json
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kini.city import actions as city_actions
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.config_files import ConfigErrors
from kini.core.crypto import decrypt
from kini.core.models import AuditEntry
from kini.core.table_import import Table
from kini.wifi import actions, config
from kini.wifi.inventory import list_parser
from kini.wifi.inventory.actions import SUBJECT
from kini.wifi.inventory.radius_secrets import secret_context
from kini.wifi.inventory.schema import PointMapping
from kini.wifi.models import AccessPoint, Site
from tests.wifi.conftest import BY, PARK, SCHOOL, SQUARE, TOWN

ROOT = Path(__file__).parents[3]
NEW_YORK = ROOT.parent / "shared" / "data" / "city" / "wifi" / "nyc_wifi_hotspots.csv"


def secret(mac: str) -> str:
    return decrypt(AccessPoint.objects.get(mac=mac).secret, secret_context(mac)).decode()


def faults(outcome) -> list[tuple[int, str]]:
    return [(fault.line, fault.field) for fault in outcome.faults]


def test_a_list_becomes_sites_and_access_points(bring):
    outcome = bring(PARK, SCHOOL, SQUARE)
    assert (outcome.new_sites, outcome.new_access_points, outcome.faults) == (3, 2, [])
    park = Site.objects.get(code="p1")
    assert (park.area_id, park.hours, park.made_up) == ("VS-1", {"monday": ["07:00-12:00", "13:00-21:00"]}, False)
    point = AccessPoint.objects.get(site=park)
    assert (point.mac, point.nas_identifier, point.capacity) == ("00-10-A4-23-19-C0", "ap-p1", 40)
    assert secret(point.mac) == "sixteen-or-more-1"
    assert b"sixteen" not in bytes(point.secret)


def test_an_access_point_without_a_secret_gets_one_of_its_own_and_keeps_it(bring):
    bring(SCHOOL)
    generated = secret("00-10-A4-23-19-C2")
    assert len(generated) >= 24
    bring(SCHOOL.replace("School on", "School by"))
    assert secret("00-10-A4-23-19-C2") == generated


def test_the_same_list_again_changes_nothing(bring):
    bring(PARK, SCHOOL, SQUARE)
    entries = AuditEntry.objects.count()
    outcome = bring(PARK, SCHOOL, SQUARE)
    assert (outcome.changes, outcome.same, outcome.faults) == (0, 3, [])
    assert AuditEntry.objects.count() == entries


def test_what_is_different_is_changed_and_what_is_missing_stays(bring):
    bring(PARK, SCHOOL, SQUARE)
    outcome = bring(PARK.replace("by the sea", "at the sea").replace(",40", ",50").replace("more-1", "more-2"))
    assert (outcome.new_sites, outcome.changed_sites, outcome.changed_access_points) == (0, 1, 1)
    assert (Site.objects.get(code="p1").name, Site.objects.count()) == ("Park at the sea", 3)
    assert secret("00-10-A4-23-19-C0") == "sixteen-or-more-2"


def test_an_access_point_moves_to_another_site(bring):
    bring(PARK, SQUARE)
    outcome = bring("q1,Quiet corner,square,,38.7451,-9.4301,,00-10-A4-23-19-C0,ap-p1,,40")
    assert (outcome.changed_sites, outcome.changed_access_points) == (0, 1)
    assert AccessPoint.objects.get().site.code == "q1"


def test_several_access_points_stand_at_one_site(bring):
    second = PARK.replace("19:c0", "19:c4").replace("ap-p1", "ap-p2").replace("more-1", "more-2")
    assert bring(PARK, second).new_sites == 1
    assert AccessPoint.objects.filter(site__code="p1").count() == 2


def test_a_dry_run_says_the_same_and_changes_nothing(bring):
    outcome = bring(PARK, "x1,Nowhere,park,,0,0,,,,,", dry_run=True)
    assert (outcome.new_sites, outcome.new_access_points, faults(outcome)) == (1, 1, [(3, "latitude")])
    assert not Site.objects.exists()
    assert not AuditEntry.objects.filter(subject=SUBJECT).exists()


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("x1,X,temple,,38.7302,-9.4751,,,,,", "kind", "school, park, square"),
        ("x1,X,park,lottery,38.7302,-9.4751,,,,,", "scheme", "town, gift"),
        ("x1,X,park,,0,0,,,,,", "latitude", "outside the city"),
        ("x1,X,park,,north,-9.4751,,,,,", "latitude", "number"),
        ("x1,,park,,38.7302,-9.4751,,,,,", "name", "Fill it in"),
        ("x 1,X,park,,38.7302,-9.4751,,,,,", "site", "letters, digits"),
        ("x1,X,park,,38.7302,-9.4751,21:00-07:00,,,,", "hours", "over midnight"),
        ("x1,X,park,,38.7302,-9.4751,morning,,,,", "monday", "07:00-12:00"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19,,,", "mac", "12 hexadecimal digits"),
        ("x1,X,park,,38.7302,-9.4751,,01-10-A4-23-19-C0,,,", "mac", "group"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,,short,", "secret", "16 to 128"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,,,0", "capacity", "Write more than 0"),
        ("x1,X,park,,38.7302,-9.4751,,,ap-x,,", "", "needs its mac"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C0,,,", "mac", "stands in row 2"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,ap-p1,,", "nas_identifier", "stands in row 2"),
        ("x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,,sixteen-or-more-1,", "secret", "stands in row 2"),
        ("p1,Another,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,,,", "site", "another one in row 2"),
        ("x1,X,park,,38.7302,-9.4751,,,,,,more", "", "cells where there are"),
    ],
)
def test_a_bad_row_is_named_with_its_field_and_remedy_and_stops_no_other(bring, line, field, words):
    outcome = bring(PARK, line, SQUARE)
    assert faults(outcome) == [(3, field)]
    assert words in str(outcome.faults[0])
    assert str(outcome.faults[0]).startswith("points.csv:3: ")
    assert Site.objects.count() == 2


def test_what_belongs_to_a_stored_access_point_is_not_given_to_another(bring):
    bring(PARK)
    for cells, field in (("ap-p1,,", "nas_identifier"), (",sixteen-or-more-1,", "secret")):
        outcome = bring(f"x1,X,park,,38.7302,-9.4751,,00-10-A4-23-19-C9,{cells}")
        assert faults(outcome) == [(2, field)]
    assert not Site.objects.filter(code="x1").exists()


@pytest.mark.parametrize("content", [b"", b"site,site\n", b"\xff\xfe", b'site\n"'])
def test_a_file_that_is_no_table_is_one_fault(tmp_path, content):
    path = tmp_path / "points.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigErrors) as raised:
        list_parser.read_list(path)
    assert all(error.line in (1, 2) and error.remedy for error in raised.value.errors)


def test_geojson_is_read_with_its_points(town, tmp_path):
    feature = {
        "type": "Feature",
        "id": "g1",
        "geometry": {"type": "Point", "coordinates": [-9.4751, 38.7302]},
        "properties": {"name": "Park", "kind": "park", "capacity": 30, "mac": "0010A42319C0"},
    }
    broken = {"type": "Feature", "properties": None, "geometry": None}
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, broken, 7]}), "utf-8")
    outcome = actions.import_points(by=BY, listed=list_parser.read_list(path))
    assert (outcome.new_sites, outcome.new_access_points) == (1, 1)
    assert {fault.line for fault in outcome.faults} == {2, 3}
    for text in ("[]", "{", '{"features": 3}'):
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigErrors):
            list_parser.read_list(path)


def test_a_mapping_makes_their_columns_ours_and_faults_name_theirs(bring, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text(
        'prefix = "th-"\n[columns]\nsite = "No"\nname = "Where"\nlatitude = "Y"\nlongitude = "X"\nkind = "Sort"\n'
        '[values.kind]\n"Green" = "park"\n[other]\nkind = "square"\n[constants]\nscheme = "gift"\n',
        "utf-8",
    )
    mapping = list_parser.read_mapping(path)
    rows = ("7,Garden,38.7302,-9.4751,Green", "8,Church,38.7302,-9.4752,Holy", "9,Ship,0,0,Green")
    outcome = bring(*rows, header="No,Where,Y,X,Sort", mapping=mapping)
    assert faults(outcome) == [(4, "Y")]
    stored = {site.code: (site.kind, site.scheme) for site in Site.objects.all()}
    assert stored == {"th-7": ("park", "gift"), "th-8": ("square", "gift")}


def test_a_mapping_with_an_unknown_column_is_refused(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text('[columns]\ncolour = "Y"\n', "utf-8")
    with pytest.raises(ConfigErrors, match="colour"):
        list_parser.read_mapping(path)


def test_the_number_of_queries_does_not_grow_with_the_list(bring):
    def lines(count):
        return [f"n{n},N {n},park,,38.7302,-9.4751,,{n:012X},ap-{n},," for n in range(count)]

    counts = []
    for count in (5, 300):
        with CaptureQueriesContext(connection) as captured:
            assert bring(*lines(count)).faults == []
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 2


def test_the_first_real_list_takes_the_place_of_made_up_points(bring):
    actions.create_sample_points(by=BY)
    assert Site.objects.filter(made_up=True).count() == 200
    bring(PARK)
    assert list(Site.objects.values_list("code", "made_up")) == [("p1", False)]
    with pytest.raises(ActionRefused):
        actions.create_sample_points(by=BY)


def test_only_the_operators_commands_write(bring):
    listed = list_parser.PointList(Table("x", b""))
    by = Actor(ActorKind.OFFICER, 1)
    for operation in (
        lambda: actions.import_points(by=by, listed=listed),
        lambda: actions.create_sample_points(by=by),
        lambda: actions.create_demo_points(by=by),
        lambda: actions.rotate_keys(by=by),
    ):
        with pytest.raises(NotAllowed):
            operation()


def test_a_city_that_says_nothing_about_its_wifi_has_none(db, settings, bring):
    settings.CITY_PATH = TOWN
    assert config.network() is None
    assert actions.create_demo_points(by=BY) == 0
    with pytest.raises(ActionRefused):
        bring(PARK)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE wifi_site SET code = 'a b'",
        "UPDATE wifi_site SET latitude = 91",
        "UPDATE wifi_site SET name = ''",
        "UPDATE wifi_accesspoint SET mac = '00:10:a4:23:19:c0'",
        "UPDATE wifi_accesspoint SET capacity = 0",
        "UPDATE wifi_accesspoint SET secret_mark = '\\x00'",
        "UPDATE wifi_accesspoint SET secret_mark = (SELECT max(secret_mark) FROM wifi_accesspoint)",
        "UPDATE wifi_accesspoint SET nas_identifier = 'same'",
        "UPDATE wifi_accesspoint SET called_station_id = 'same'",
    ],
)
def test_the_database_refuses_what_cannot_be(bring, change):
    bring(PARK, SCHOOL)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.skipif(not NEW_YORK.exists(), reason=f"needs {NEW_YORK}")
def test_a_real_list_of_another_city_comes_in_whole(db, settings, tmp_path):
    root = tmp_path / "york"
    boroughs = ("Bronx,40.85,-73.87,109", "Brooklyn,40.65,-73.95,180", "Manhattan,40.78,-73.97,59")
    boroughs = (*boroughs, "Queens,40.70,-73.80,281", "Staten Island,40.58,-74.15,152")
    lines = ["code,level,name,parent,latitude,longitude,km2,population", "NY,city,New York,,40.7,-73.9,,"]
    for number, (name, *rest) in enumerate((line.split(",") for line in boroughs), 1):
        lines.append(f"NY-{number},borough,{name},NY,{','.join(rest)},")
    root.mkdir()
    for file in ("calendar.toml", "agencies.yaml", "city.toml"):
        text = (TOWN / file).read_text("utf-8").replace("municipio", "city").replace("freguesia", "borough")
        (root / file).write_text(text, "utf-8")
    (root / "agencies.yaml").write_text("{}", "utf-8")
    (root / "areas.csv").write_text("\n".join(lines), "utf-8")
    (root / "places.csv").write_text("id,kind,name,area,latitude,longitude\n", "utf-8")
    (root / "wifi.yaml").write_text(
        "name: Free\nkinds: {park: {name: Park}, kiosk: {name: Kiosk}, library: {name: Library}}\n", "utf-8"
    )
    settings.CITY_PATH = root
    city_actions.load_pack_tables(by=BY)
    areas = {line.split(",")[0]: f"NY-{number}" for number, line in enumerate(boroughs, 1)}
    mapping = PointMapping(
        prefix="nyc-",
        columns={
            "site": "OBJECTID",
            "name": "Name",
            "latitude": "Latitude",
            "longitude": "Longitude",
            "area": "Borough Name",
            "address": "Location",
            "provider": "Provider",
            "kind": "Location_T",
        },
        values={"area": areas, "kind": {"Outdoor Kiosk": "kiosk", "Library": "library"}},
        other={"kind": "park"},
        constants={"name": "Hotspot"},
    )
    outcome = actions.import_points(by=BY, listed=list_parser.read_list(NEW_YORK, mapping))
    with NEW_YORK.open(encoding="utf-8-sig", newline="") as file:
        count = sum(1 for _row in csv.DictReader(file))
    assert outcome.new_sites + len({fault.line for fault in outcome.faults}) == count
    assert outcome.new_sites > 0.99 * count
    again = actions.import_points(by=BY, listed=list_parser.read_list(NEW_YORK, mapping))
    assert (again.changes, again.same) == (0, outcome.new_sites)
