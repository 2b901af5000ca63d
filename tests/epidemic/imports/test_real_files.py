"""The real files, with every defect that is known of them."""

from collections import Counter
from collections.abc import Callable

from kini.city.models import Area
from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.kinds import FileKind
from kini.epidemic.imports.models import RegionFigure
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.surveillance.models import AreaFigure
from tests.epidemic.imports.conftest import Brought, figure

type Real = Callable[..., Brought]


def test_month_ends_by_kelurahan(real: Real) -> None:
    brought = real("jakarta_kelurahan_bulanan_2020-03_2021-07.csv")
    assert brought.kind is FileKind.AREA_TOTALS
    assert Counter(column for _line, column, _value in brought.of(Kind.FALL)) == {
        "positif_kumulatif": 12,
        "meninggal_kumulatif": 32,
    }
    assert len(brought.of(Kind.SPELLING)) == 16
    assert figure("confirmed-total", "31.72.06.1002", "2020-03-31") == 4
    assert AreaFigure.objects.filter(measure="confirmed-total").count() == 4539
    assert not brought.of(Kind.UNKNOWN_AREA)


def test_the_city_by_day(real: Real) -> None:
    city = Options(area=Area(code="31", name="Jakarta", population=11_000_000))
    brought = real("dki_jakarta_harian_2020-03_2021-08.csv", options=city)
    assert brought.kind is FileKind.CITY_DAILY
    assert not brought.of(Kind.SWAPPED)
    assert not brought.of(Kind.GAP)
    assert figure("confirmed", "31", "2021-07-12") == 14622
    assert figure("deaths-total", "31", "2021-08-01") == 12224
    assert figure("active-total", "31", "2021-08-01") == 15911


def test_the_provinces_by_day(real: Real) -> None:
    brought = real("provinsi_harian_2020-03_2021-08.csv.gz")
    assert brought.kind is FileKind.REGIONS_DAILY
    assert figure("deaths-total", "31", "2021-08-01") == 12224
    assert RegionFigure.objects.filter(region="Bali", measure="confirmed").count() > 500


def test_vaccination_by_kelurahan(real: Real) -> None:
    brought = real("vaksinasi_kelurahan_2021-07_2022-05.csv")
    assert brought.kind is FileKind.VACCINATION
    assert len(brought.of(Kind.COPIED)) == 2
    falls = Counter(column for _line, column, _value in brought.of(Kind.FALL))
    assert (falls["dosis1"], falls["tahap3_dosis1"], falls["dosis2"], falls["pelayan_publik_dosis1"]) == (1, 1, 0, 518)
    assert not falls["belum"]  # not vaccinated: a state, which may fall
    assert figure("elderly-dose-3-total", "31.75.10.1008", "2022-05-31") == 3044 - 1207 - 1151


def test_population_by_age(real: Real) -> None:
    brought = real("jakarta_kelurahan_penduduk_2019.csv")
    assert brought.kind is FileKind.POPULATION
    assert [line for line, _column, _value in brought.of(Kind.NAMELESS)] == [244, 245]
    assert figure("population-0-4-total", "31.73.03.1006", "2019-06-30") == 1572
    assert figure("population-75-total", "31.73.03.1006", "2019-06-30") == 415


def test_dengue_by_week(real: Real) -> None:
    brought = real("dbd_mingguan_kecamatan_2017_2022.csv", disease="dengue")
    assert brought.kind is FileKind.WEEKLY
    stored = AreaFigure.objects.filter(measure="confirmed-weekly")
    assert stored.count() == 13728


def test_beds(real: Real) -> None:
    brought = real("bor_dki_angka.csv")
    assert brought.kind is FileKind.BEDS
    assert figure("beds-icu-total", "31", "2021-08-13") == 1562
    assert figure("occupancy-all-total", "31.73", "2022-02-20") == 65
