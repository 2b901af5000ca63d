"""The city's own feeds on real files, where they are at hand: every row is taken or named."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.city import actions as city_actions
from kini.core.environment import ROOT
from kini.feeds import feed_config, importer, queries
from kini.feeds.import_run import FileOrigin
from kini.feeds.models import Call, FeedState, RecordVersion, Stop
from kini.feeds.transit import queries as transit
from kini.feeds.transit.journeys import journeys
from tests.feeds.conftest import BY

DATA = ROOT.parent / "shared" / "data" / "city"
FILES = [
    ("air-quality", "air/ispu_spku_2023.csv", 5),
    ("air-quality", "air/ispu_dki_2010_2025.csv", 2),
    ("flood-gates", "flood/pintu_air.csv", 0),
    ("river-posts", "flood/pos_pengamatan.csv", 0),
    ("pumps", "flood/pompa_air.csv", 3),
    ("rain-posts", "flood/pos_curah_hujan.csv", 0),
    ("flood-events", "flood/kejadian_banjir_2024.csv", 0),
    ("health-centres", "health/puskesmas.csv", 0),
    ("hospitals", "health/rumahsakit.csv", 0),
    ("flood-posts", "flood/posko_banjir.csv", 0),
    ("reservoirs", "flood/waduk.csv", 0),
    ("clinics", "health/klinik.csv", 0),
    ("pharmacies", "health/apotek.csv", 0),
    ("markets", "market/pasar_infopangan.csv", 0),
    ("supermarkets", "market/supermarket.csv", 0),
    ("offices", "places/pemerintahan.csv", 0),
    ("stations", "transit/stasiunka.csv", 0),
    ("bus-stations", "transit/halte.csv", 0),
    ("shopping-centres", "market/pusatbelanja.csv", 4),
]


@pytest.fixture
def jakarta(settings: Settings, db: None, var: Path) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    city_actions.load_pack_tables(by=BY)


@pytest.mark.parametrize(("name", "path", "faulty"), FILES)
def test_a_real_file_is_loaded_and_every_bad_row_is_named(name, path, faulty, jakarta):
    path = DATA / path
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand: real files are no part of the project")
    load = importer.import_file(by=BY, name=name, content=path.read_bytes(), origin=FileOrigin(path.name))
    with path.open(encoding="utf-8-sig", newline="") as file:
        total = sum(1 for _row in csv.DictReader(file))
    assert load.faulty == len(load.faults) == faulty
    assert load.added + load.earlier + load.same + load.faulty == total
    assert (
        queries.current_records(name).count() + RecordVersion.objects.filter(feed=name).count()
        == total - faulty - load.same
    )
    assert all(fault["row"] and fault["message"] for fault in load.faults)
    assert importer.import_file(by=BY, name=name, content=path.read_bytes(), origin=FileOrigin(path.name)) is None


def test_two_real_files_about_the_same_days_leave_no_row_unaccounted_for(jakarta):
    for path in ("air/ispu_spku_2023.csv", "air/ispu_dki_2010_2025.csv"):
        if not (DATA / path).exists():
            pytest.skip(f"{path} is not at hand: real files are no part of the project")
        content = (DATA / path).read_bytes()
        load = importer.import_file(by=BY, name="air-quality", content=content, origin=FileOrigin(path))
    total = len(content.splitlines()) - 1
    assert load.changed + load.earlier + load.same + load.faulty == total
    assert load.same, "days that both files know"


def test_a_whole_real_timetable(jakarta):
    path = DATA / "transit" / "gtfs_transjakarta_2025.zip"
    if not path.exists():
        pytest.skip(f"{path.name} is not at hand: real files are no part of the project")
    load = importer.import_file(by=BY, name="transit", content=path.read_bytes(), origin=FileOrigin(path.name))
    assert load.faulty == 0
    assert (Stop.objects.count(), Call.objects.count()) == (8_587, 24_705)
    edition = transit.current_timetable("transit")
    noon = datetime(2026, 11, 25, 5, tzinfo=UTC)
    start, end = (transit.stops_by_name(edition, name)[0].number for name in ("Blok M", "Monumen Nasional"))
    assert transit.departures(edition, start, noon)
    way = journeys(edition, start, end, noon)[0]
    assert [leg.run.short for leg in way.legs] == ["1"]


def test_the_samples_of_the_pack_load_without_a_fault(jakarta):
    assert importer.load_samples(by=BY) == sum(
        feed_config.sample_path(name) is not None for name in feed_config.feeds()
    )
    assert not FeedState.objects.exclude(problem="").exists()
    for status in queries.feed_statuses():
        assert status.rows, status.name
        assert not status.old, status.name
