"""Made-up points: as many as the pack counts, where they should be, the same each time, and marked."""

import base64
from pathlib import Path

import pytest
from django.db.models import Count
from hypothesis import given
from hypothesis import strategies as st

from kini.city import actions as city_actions
from kini.city import area_lookup
from kini.core.actors import ActionRefused
from kini.core.crypto import needs_rotation
from kini.wifi import actions, rules
from kini.wifi.inventory.actions import SAMPLES
from kini.wifi.inventory.sample_data import point_counts
from kini.wifi.models import AccessPoint, Site
from kini.wifi.pack_check import check_wifi
from tests.environment import replace
from tests.wifi.conftest import BY

JAKARTA = Path(__file__).parents[3] / "cities" / "jakarta"


def test_points_lie_in_their_areas_by_their_people(town):
    outcome = actions.create_sample_points(by=BY)
    assert (outcome.new_sites, outcome.new_access_points, outcome.faults) == (200, 200, [])
    sites = list(Site.objects.all())
    assert all(site.made_up for site in sites)
    assert all(area_lookup.area_index().locate(site.latitude, site.longitude) == site.area_id for site in sites)
    # 6,150 people: 2,400, 1,800, 1,250 and 700.
    counts = dict(Site.objects.values_list("area_id").annotate(Count("pk")))
    assert counts == {"VS-1": 78, "VS-2": 58, "VS-3": 41, "VS-4": 23}
    assert {site.kind for site in sites} == {"school", "park", "square"}


def test_laid_again_they_are_the_same_and_fewer_replace_them(town):
    actions.create_sample_points(by=BY)
    assert actions.create_sample_points(by=BY).changes == 0
    actions.create_sample_points(by=BY, count=10)
    assert Site.objects.count() == AccessPoint.objects.count() == 10


def test_a_first_look_gets_a_few_once(town):
    assert actions.create_demo_points(by=BY) == SAMPLES
    assert actions.create_demo_points(by=BY) == 0


def test_a_pack_without_counts_lays_none(town):
    (town / "wifi-points.csv").unlink()
    with pytest.raises(ActionRefused):
        actions.create_sample_points(by=BY)
    assert actions.create_demo_points(by=BY) == 0


def test_the_first_pack_counts_its_points_by_city_with_their_source(db, settings):
    settings.CITY_PATH = JAKARTA
    city_actions.load_pack_tables(by=BY)
    assert list(check_wifi(JAKARTA)) == []
    assert sum(row.value.points for row in point_counts()) == 9_250
    assert all("2022" in row.value.source for row in point_counts())
    outcome = actions.create_sample_points(by=BY, count=925)
    assert (outcome.new_sites, outcome.faults) == (925, [])
    by_city = dict(Site.objects.values_list("area__parent__parent__code").annotate(Count("pk")))
    assert by_city == {"31.01": 5, "31.71": 245, "31.72": 149, "31.73": 165, "31.74": 222, "31.75": 139}


def test_faults_of_the_packs_files_are_named(town):
    (town / "wifi-points.csv").write_text("area,points,source\nXX,5,A\nVS,-1,B\n", "utf-8")
    assert [(fault.line, fault.field) for fault in check_wifi(town)] == [(3, "points"), (2, "area")]
    (town / "wifi.yaml").write_text("name: X\nkinds: {park: {name: {pt: Parque}}}\n", "utf-8")
    assert next(fault.field for fault in check_wifi(town)) == "kinds.park.name"


def test_secrets_are_sealed_anew_after_the_key_changed(town, settings):
    actions.create_sample_points(by=BY, count=3)
    old = settings.ENV.data_keys
    settings.ENV = replace(settings.ENV, data_keys=f"next:{base64.b64encode(bytes(32)).decode()},{old}")
    assert actions.rotate_keys(by=BY) == 3
    assert not any(needs_rotation(point.secret) for point in AccessPoint.objects.all())


@given(st.integers(0, 5_000), st.dictionaries(st.text(max_size=3), st.floats(0.001, 1e6), min_size=1, max_size=12))
def test_parts_are_whole_together_exact_and_near_their_weight(total, weights):
    parts = rules.apportion(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    assert all(abs(parts[name] - total * weight / whole) < 1 for name, weight in weights.items())


@given(st.binary(min_size=6, max_size=6), st.sampled_from(["", "-", ":", "."]), st.booleans())
def test_any_usual_way_to_write_a_mac_is_one(data, separator, large):
    station = bytes((data[0] & 0xFE, *data[1:]))
    text = separator.join(f"{byte:02x}" for byte in station)
    assert rules.normalize_mac(text.upper() if large else text) == station.hex("-").upper()
    with pytest.raises(ValueError, match="group"):
        rules.normalize_mac(bytes((data[0] | 1, *data[1:])).hex())
