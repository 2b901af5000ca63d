"""Small files of the shapes that agencies publish, with one defect each, and the figures that must come of them."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kini.city.models import Area
from kini.core.table_import import Unreadable
from kini.epidemic.imports.actions import Imported
from kini.epidemic.imports.declared_levels import import_levels
from kini.epidemic.imports.defects import Defects, Kind, Rule
from kini.epidemic.imports.kinds import FileKind, propose_kind
from kini.epidemic.imports.models import RegionFigure
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.imports.source_file import read_source
from kini.epidemic.surveillance.models import AreaFigure, DeclaredLevel
from tests.epidemic.imports.conftest import BY, Brought, figure

type Bring = Callable[..., Brought]
DAILY = (
    "tanggal,ID_KEL,Nama_provinsi,nama_kota,nama_kecamatan,nama_kelurahan,ODP,Proses Pemantauan,Selesai Pemantauan,PDP,"
    "Masih Dirawat,Pulang dan Sehat,POSITIF,Dirawat,Sembuh,Meninggal,Self Isolation"
)
GAMBIR = "DKI JAKARTA,JAKARTA PUSAT,GAMBIR,GAMBIR"
CODE = "31.71.01.1001"


def test_statuses_of_2020_belong_to_their_classification(bring: Bring) -> None:
    brought = bring(
        DAILY,
        f"2020-04-01,3171011001,{GAMBIR},20,5,15,6,2,4,10,3,4,1,2",
        f"2020-04-02,3171011001,{GAMBIR},21,5,16,6,1,5,12,3,5,1,3",
        f"2020-04-03,3171011001,{GAMBIR},21,4,17,7,1,6,11,2,5,1,3",
        f"2020-04-04,3171011001,{GAMBIR},22,4,18,7,1,6,13,2,6,1,3",
    )
    assert brought.kind is FileKind.AREA_DAILY
    stored = {each.measure: each.value for each in AreaFigure.objects.filter(day="2020-04-04", area=CODE)}
    assert stored == {
        "odp-total": 22,
        "odp-monitored-total": 4,
        "odp-ended-total": 18,
        "pdp-total": 7,
        "pdp-in-hospital-total": 1,
        "pdp-recovered-total": 6,
        "confirmed-total": 13,
        "in-hospital-total": 2,
        "recovered-total": 6,
        "deaths-total": 1,
        "isolated-total": 3,
        "confirmed": 2,
        "deaths": 0,
        "recovered": 1,
    }
    # 10, 12, 11, 13: the 12 does not fit, as it is the earlier one.
    assert [figure("confirmed", CODE, f"2020-04-0{day}") for day in (2, 3)] == [0, 1]
    assert brought.of(Kind.FALL) == [(4, "POSITIF", "11")]
    assert not brought.of(Kind.UNKNOWN_AREA)


def test_statuses_since_july_2020_stand_right_of_their_classification(bring: Bring) -> None:
    bring(
        "tanggal,kode,kelurahan,SUSPEK,Perawatan RS,Isolasi di Rumah,Meninggal,KONTAK ERAT,PROBABLE,POSITIF,Dirawat,"
        "Sembuh,Meninggal,Isolasi Mandiri",
        f"2020-08-01,{CODE},Gambir,9,1,2,3,30,1,50,4,40,2,4",
        f"2020-08-02,{CODE},Gambir,9,1,2,3,31,1,52,4,41,2,5",
    )
    stored = {each.measure: each.value for each in AreaFigure.objects.filter(day="2020-08-02")}
    assert stored["suspected-in-hospital-total"] == 1
    assert stored["suspected-isolated-total"] == 2
    assert stored["suspected-deaths-total"] == 3
    assert (stored["in-hospital-total"], stored["deaths-total"], stored["isolated-total"]) == (4, 2, 5)
    assert (stored["contacts-total"], stored["probable-total"], stored["confirmed"]) == (31, 1, 2)


def test_swapped_totals_are_exchanged_in_every_region(bring: Bring) -> None:
    def lines(region: str) -> list[str]:
        return [
            f"{day},{region},{cases},{died},{well},{cases * n},{well * n},{died * n}"
            for n, (day, cases, died, well) in enumerate(((f"2020-05-0{n}", 9, 1, 4) for n in range(1, 8)), 1)
        ]

    header = "date,province,new_cases,new_deaths,new_recoveries,total_cases,total_deaths,total_recoveries"
    brought = bring(header, *lines("DKI JAKARTA"), *lines("Bali"))
    assert brought.kind is FileKind.REGIONS_DAILY
    assert figure("deaths-total", "31", "2020-05-07") == 7
    assert figure("recovered-total", "31", "2020-05-07") == 28
    assert RegionFigure.objects.get(region="Bali", measure="deaths-total", day="2020-05-07").value == 7
    assert "total_recoveries" in brought.told(Kind.SWAPPED)
    assert "in 2 places" in brought.told(Kind.SWAPPED)
    kept = bring(header, *lines("DKI JAKARTA"), rules={Kind.SWAPPED: Rule.KEEP}, dry_run=True)
    assert kept.told(Kind.SWAPPED)


def test_locations_beside_the_city_are_regions(bring: Bring) -> None:
    bring("date,location,total_cases", "2020-05-01,DKI Jakarta,5", "2020-05-01,Jawa Barat,3", "2020-05-01,Bali,2")
    assert figure("confirmed-total", "31", "2020-05-01") == 5
    assert set(RegionFigure.objects.values_list("region", flat=True)) == {"Jawa Barat", "Bali"}


def vaccination() -> list[str]:
    header = (
        '"KODE\nKELURAHAN","WILAYAH KOTA","KECAMATAN ","KELURAHAN","SASARAN","BELUM VAKSIN","JUMLAH\nDOSIS 1",'
        '"JUMLAH\nDOSIS 2","TOTAL VAKSIN\nDIBERIKAN","LANSIA\nDOSIS 1","LANSIA\nDOSIS 2","LANSIA\nDOSIS 3",'
        '"LANSIA TOTAL \nVAKSIN DIBERIKAN"'
    )
    return [
        header,
        ",,,TOTAL,3300,1300,2000,1000,3000,600,500,500,1400",
        f"{CODE},JAKARTA PUSAT,GAMBIR,GAMBIR,1000,400,600,300,900,200,150,150,450",
        "31.71.01.1002,JAKARTA PUSAT,GAMBIR,CIDENG,1200,500,700,400,1100,200,180,180,480",
        "31.75.04.1002,JAKARTA TIMUR,KRAMAT JATI,KAMPUNG TENGAH,1100,400,700,300,1000,200,170,170,470",
    ]


def test_a_workbook_of_vaccination(bring: Bring) -> None:
    brought = bring(*vaccination(), name="Data Vaksinasi Berbasis Kelurahan (28 Februari 2022).csv")
    assert brought.kind is FileKind.VACCINATION
    assert figure("dose-1-total", CODE, "2022-02-28") == 600
    assert figure("target-total", CODE, "2022-02-28") == 1000
    assert figure("doses-total", CODE, "2022-02-28") == 900
    # Elderly dose 3 repeats dose 2; the total tells the true one.
    assert figure("elderly-dose-3-total", CODE, "2022-02-28") == 100
    assert [column for _line, column, _value in brought.of(Kind.COPIED)] == ["LANSIA DOSIS 3"]
    assert "LANSIA TOTAL VAKSIN DIBERIKAN: 1,400" in brought.told(Kind.TOTAL_ROW) or "equals" in brought.told(
        Kind.TOTAL_ROW
    )
    assert [value for _line, _column, value in brought.of(Kind.SPELLING)] == ["KAMPUNG TENGAH"]


def test_names_of_columns_in_two_rows(bring: Bring) -> None:
    bring(
        "Kode,Kelurahan,LANSIA,,,TENAGA KESEHATAN,",
        ",,Dosis 1,Dosis 2,Total,Dosis 1,Dosis 2",
        f"{CODE},Gambir,10,5,15,7,6",
        options=Options(day=date(2021, 9, 30)),
    )
    assert figure("elderly-dose-1-total", CODE, "2021-09-30") == 10
    assert figure("health-workers-dose-2-total", CODE, "2021-09-30") == 6


@pytest.mark.parametrize(
    ("code", "name", "area", "kind"),
    [
        ("3171011001", "GAMBIR", CODE, Kind.CODE_FORMAT),
        ("3171011001.0", "GAMBIR", CODE, Kind.CODE_FORMAT),
        ("", "BALE KAMBANG", "31.75.04.1005", Kind.SPELLING),
        ("", "KERENDANG", "31.73.04.1005", Kind.SPELLING),
        ("", "P. PARI", "31.01.02.1003", Kind.SPELLING),
        ("", "Halim Perdana Kusumah", "31.75.08.1004", Kind.SPELLING),
        ("", "KELAPA GADNIG TIMUR", "31.72.06.1002", Kind.SPELLING),
        (CODE, "CIDENG", CODE, Kind.CODE_AND_NAME),
    ],
)
def test_areas_by_code_first_then_by_name(bring: Bring, code: str, name: str, area: str, kind: Kind) -> None:
    if "GADNIG" in name:
        area = Area.objects.get(name="Kelapa Gading Timur").code
    brought = bring("date,code,kelurahan,total_cases", f"2020-04-01,{code},{name},5")
    assert figure("confirmed-total", area, "2020-04-01") == 5
    assert len(brought.of(kind)) == 1


def test_what_cannot_be_read_is_named_and_left_out(bring: Bring) -> None:
    brought = bring(
        "tanggal;kode;kelurahan;positif kumulatif;meninggal kumulatif",
        f"1 Mei 2020;{CODE};GAMBIR;1.005;1",
        f"1 Mei 2020;{CODE};GAMBIR;1005;1",
        f"2 Mey 2020;{CODE};GAMBIR;1006;1",
        f"3 Mei 2020;{CODE};Gambir ;-7;1",
        f"4 Mei 2020;{CODE};GAMBIR;banyak;1",
        f"5 Mei 2120;{CODE};GAMBIR;1009;1",
        "6 Mei 2020;31888888;;1;0",
        "6 Mei 2020;;ATLANTIS;1;0",
        ";;;;",
        f"7 Mei 2020;{CODE};GAMBIR;1010;2000",
    )
    assert brought.of(Kind.TWICE) == [(3, "", "2020-05-01")]
    assert brought.of(Kind.DAY) == [(4, "tanggal", "2 Mey 2020")]
    assert brought.of(Kind.NEGATIVE) == [(5, "positif kumulatif", "-7")]
    assert brought.of(Kind.NUMBER) == [(6, "positif kumulatif", "banyak")]
    assert brought.of(Kind.FUTURE) == [(7, "tanggal", "5 Mei 2120")]
    assert brought.of(Kind.NAMELESS) == [(8, "kode", "31888888")]
    assert brought.of(Kind.UNKNOWN_AREA) == [(9, "kelurahan", "ATLANTIS")]
    assert brought.of(Kind.EMPTY_ROW) == [(10, "", "")]
    assert brought.of(Kind.OVER) == [(11, "meninggal kumulatif", "2000")]
    assert brought.of(Kind.NUMBER_FORMAT) == [(2, "positif kumulatif", "1.005")]
    assert len(brought.of(Kind.SPELLINGS)) == 1
    assert {value for _line, _column, value in brought.of(Kind.GAP)} == {"2020-05-02", "2020-05-05", "2020-05-06"}
    assert figure("confirmed-total", CODE, "2020-05-01") == 1005
    assert brought.imported.runs[0].faulty == 7


def test_a_column_of_unknown_words_is_named_and_not_guessed(bring: Bring) -> None:
    brought = bring("date,code,total cases,cases among miners", f"2020-05-01,{CODE},5,2")
    assert brought.of(Kind.COLUMN) == [(1, "cases among miners", "")]
    assert set(AreaFigure.objects.values_list("measure", flat=True)) == {"confirmed-total"}


def test_a_corrected_figure_joins_the_older_one(bring: Bring) -> None:
    header = "date,code,total_cases"
    bring(header, f"2020-05-01,{CODE},5", f"2020-05-02,{CODE},7")
    again = bring(header, f"2020-05-01,{CODE},5", f"2020-05-02,{CODE},8", known_on=date(2020, 6, 1))
    assert again.imported.runs[0].unchanged == 1
    known = AreaFigure.objects.filter(measure="confirmed-total", day="2020-05-02").order_by("known_on")
    assert [(each.known_on.isoformat(), each.value) for each in known] == [("2020-05-02", 7), ("2020-06-01", 8)]
    third = bring(header, f"2020-05-01,{CODE},5", f"2020-05-02,{CODE},8")
    assert third.imported.runs[0].added == 0


def test_weeks_that_a_year_does_not_have(bring: Bring) -> None:
    brought = bring(
        "tahun,minggu,kecamatan,kasus",
        "2022,52,Gambir,4",
        "2022,53,Gambir,5",
        "2023,1,GAMBIR,2",
        disease="dengue",
    )
    assert brought.kind is FileKind.WEEKLY
    assert brought.of(Kind.DAY) == [(3, "minggu", "2022 53")]
    assert figure("confirmed-weekly", "31.71.01", "2023-01-01") == 4
    assert figure("confirmed-weekly", "31.71.01", "2023-01-08") == 2


def test_a_packed_file_and_one_that_is_no_table(bring_file: Bring, tmp_path: Path) -> None:
    packed = tmp_path / "city.csv.gz"
    packed.write_bytes(gzip.compress(b"date,new_cases,new_deaths\n2020-05-01,4,1\n2020-05-02,6,0\n"))
    city = Options(area=Area(code="31", name="Jakarta", population=11_000_000))
    assert bring_file(packed, options=city).kind is FileKind.CITY_DAILY
    assert figure("confirmed", "31", "2020-05-02") == 6
    packed.write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(Unreadable, match="cannot be unpacked"):
        bring_file(packed)
    text = tmp_path / "letter.csv"
    text.write_text("Dear all,\nthe figures follow.\n")
    with pytest.raises(Unreadable, match="no row names columns that are known"):
        bring_file(text)
    text.write_text("date,new_cases,new_deaths\n2020-05-01,4,1\n")
    with pytest.raises(Unreadable, match="no column tells the area"):
        bring_file(text)


def test_declared_levels_keep_that_nobody_checked_them(areas: None, tmp_path: Path) -> None:
    path = tmp_path / "levels.csv"
    path.write_text(
        "mulai,sampai,nama,level,aturan,sumber,diperiksa\n2021-07-03,2021-07-20,PPKM darurat,,,x,ya\n"
        "2021-07-21,2021-08-16,PPKM,4,,,tidak\n2021-08-18,2021-08-10,PPKM,3,,,ya\n2021-08-20,,PPKM,3,Inmendagri,,ya\n"
    )
    defects = Defects(path.name)
    source = read_source(path, defects)
    assert propose_kind(source) is FileKind.LEVELS
    run = import_levels(by=BY, source=source, disease="covid-19", options=Options())
    brought = Brought(FileKind.LEVELS, Imported([run]), defects)
    assert list(DeclaredLevel.objects.order_by("since").values_list("area", "level", "checked")) == [
        ("31", None, True),
        ("31", 4, False),
        ("31", 3, True),
    ]
    assert brought.of(Kind.PERIOD) == [(4, "", "2021-08-10")]
    assert brought.of(Kind.GAP) == [(5, "", "2021-08-20")]
    assert brought.of(Kind.UNCHECKED) == [(3, "", "")]
