"""A line list: its cases, tests and outcomes; rows that are no cases; a second import."""

from pathlib import Path

import pytest

from kini.city.models import Unit
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.imports.defects import Defects, Kind
from kini.epidemic.imports.kinds import FileKind, propose_kind
from kini.epidemic.imports.line_list import ImportedCases, facility_for_imports, import_cases
from kini.epidemic.imports.source_file import read_source
from kini.people.models import Person
from tests.epidemic.imports.conftest import BY

HEADER = (
    "No Kasus,Nama Lengkap,Umur,Jenis Kelamin,Kelurahan,RT,RW,Tanggal Gejala,Tanggal Spesimen,Tanggal Lapor,Hasil Lab,"
    "Status,Tanggal Meninggal"
)
ROWS = (
    "JKT-1,Made-up One,34,P,GAMBIR,5,2,1 Juli 2021,3 Juli 2021,5 Juli 2021,POSITIF,Konfirmasi,",
    "JKT-2,Made-up Two,71,L,BALE KAMBANG,,,2021-07-01,2021-07-04,2021-07-05,Positif,Konfirmasi,2021-07-20",
    "JKT-3,Made-up Three,20,L,ATLANTIS,,,2021-07-06,,2021-07-07,,Suspek,",
    "JKT-4,Made-up Four,20,L,GAMBIR,,,2021-07-30,,2021-07-20,,Konfirmasi,2021-07-10",
)


def bring(path: Path, *, dry_run: bool = False) -> tuple[ImportedCases, Defects]:
    defects = Defects(path.name)
    source = read_source(path, defects)
    assert propose_kind(source) is FileKind.LINE_LIST
    facility = facility_for_imports()
    assert isinstance(facility, Unit)
    return import_cases(by=BY, source=source, disease="covid-19", facility=facility, dry_run=dry_run), defects


@pytest.fixture
def path(areas: None, tmp_path: Path) -> Path:
    file = tmp_path / "cases.csv"
    file.write_text("\n".join((HEADER, *ROWS)) + "\n", "utf-8")
    return file


def test_rows_become_cases_once(path: Path) -> None:
    done, defects = bring(path)
    assert (done.added, done.unchanged, done.refused) == (3, 0, 1)
    first, second, third = CaseRecord.objects.order_by("source_key")
    assert (first.classification, first.area_id, first.rt, first.rw, first.sex) == (
        "confirmed",
        "31.71.01.1001",
        "005",
        "002",
        "female",
    )
    assert (second.outcome, second.died_on.isoformat(), second.area.name) == ("died", "2021-07-20", "Balekambang")
    assert (third.classification, third.area_id) == ("suspected", "31")
    assert LabTest.objects.filter(case=first, result="positive").count() == 1
    assert {each.kind for each in defects.each} == {Kind.SPELLING, Kind.UNKNOWN_AREA, Kind.ROW}
    assert "Made-up" not in "".join(str(defects.as_error(each)) for each in defects.each)
    again, _defects = bring(path)
    assert (again.added, again.unchanged) == (0, 3)


def test_a_dry_run_records_nobody(path: Path) -> None:
    done, _defects = bring(path, dry_run=True)
    assert done.added == 3
    assert not CaseRecord.objects.exists()
    assert not Person.objects.exists()
