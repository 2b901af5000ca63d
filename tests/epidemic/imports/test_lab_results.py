"""A laboratory's table: results that become cases, corrections, rows that are left out with row, column and remedy."""

from pathlib import Path

import pytest

from kini.city.models import Unit
from kini.core.command_line import CommandError
from kini.epidemic.imports.defects import Defects, Kind
from kini.epidemic.imports.kinds import FileKind, propose_kind
from kini.epidemic.imports.lab_results import ImportedResults, import_results
from kini.epidemic.imports.source_file import read_source
from kini.epidemic.models import CaseRecord, LabTest
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from tests.epidemic.imports.conftest import BY
from tests.epidemic.imports.test_command import run
from tests.epidemic.imports.test_workbooks import workbook
from tests.epidemic.records_town import Corner, day

NIK = "3171014407900004"
HEADER = (
    "No Lab,Kode LOINC,NIK,Nama Pasien,Tanggal Lahir,Jenis Kelamin,Kelurahan,"
    "Tanggal Spesimen,Tanggal Hasil,Hasil,Status"
)
SITI = f"{NIK},Made-up Siti,4 Juli 1990,P,GAMBIR"


def row(
    number: str, test: str = "94309-2", who: str = SITI, taken: object = "", known: object = "", **more: str
) -> str:
    cells = [number, test, who, str(taken or day(2)), str(known or day(1)), more.get("result", "Positif")]
    return ",".join([*cells, more.get("status", "")])


class Lab:
    """The laboratory, which hands over tables."""

    def __init__(self, unit: Unit, folder: Path) -> None:
        self.unit, self.folder = unit, folder
        self.defects = Defects("")

    def write(self, *rows: str) -> Path:
        path = self.folder / "results.csv"
        path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
        return path

    def bring(self, *rows: str, path: Path | None = None, dry_run: bool = False) -> ImportedResults:
        path = path or self.write(*rows)
        self.defects = Defects(path.name)
        source = read_source(path, self.defects)
        assert propose_kind(source) is FileKind.LAB_RESULTS
        return import_results(by=BY, source=source, disease="covid-19", laboratory=self.unit, dry_run=dry_run)

    def told(self) -> str:
        return "\n".join(str(self.defects.as_error(each)) for each in self.defects.each)


@pytest.fixture
def lab(corner: Corner, tmp_path: Path) -> Lab:
    return Lab(corner.units["lab"], tmp_path)


def test_a_positive_result_becomes_a_case_once(lab: Lab) -> None:
    other = ",Made-up Two,1980-02-03,L,Cideng"
    done = lab.bring(row("L-1"), row("L-2", "Antigen cepat", other, result="tidak terdeteksi"))
    assert done == ImportedResults(added=2)
    case = CaseRecord.objects.get()
    assert (case.classification, case.source, case.area_id) == ("confirmed", "import", "31.71.01.1001")
    first, second = LabTest.objects.order_by("number")
    assert (first.case, first.laboratory, first.test, first.result_on) == (case, lab.unit, "pcr", day(1))
    assert (first.person.identifiers.get().value, first.person.sex) == (NIK, "female")
    assert (second.test, second.result, second.case, second.area_id) == ("antigen", "negative", None, "31.71.01.1002")
    assert lab.bring(row("L-1"), row("L-2", "Antigen cepat", other, result="tidak terdeteksi")) == ImportedResults(
        unchanged=2
    )
    assert (LabTest.objects.count(), Person.objects.filter(source="epidemic.case").count()) == (2, 2)


def test_a_known_person_and_an_open_case_are_found_as_by_the_api(lab: Lab, corner: Corner) -> None:
    person = corner.person("Siti Contoh", NewIdentifier("national-id", NIK))
    case = corner.case(person)
    lab.bring(row("L-1"))
    assert LabTest.objects.get().case == case
    case.refresh_from_db()
    assert case.classification == "confirmed"
    assert not Person.objects.filter(source="epidemic.case").exists()


def test_an_order_gets_its_result_and_a_later_file_corrects_or_withdraws_it(lab: Lab) -> None:
    lab.bring(row("L-1", result=""))
    assert LabTest.objects.get().result == ""
    assert lab.bring(row("L-1")) == ImportedResults(corrected=1)
    assert lab.bring(row("L-1", result="Negatif")) == ImportedResults(corrected=1)
    assert CaseRecord.objects.get().classification == "discarded"
    assert lab.bring(row("L-1", status="dibatalkan")) == ImportedResults(corrected=1)
    test = LabTest.objects.get()
    assert (test.result, [each["result"] for each in test.corrections]) == ("", ["positive", "negative"])


@pytest.mark.parametrize(
    ("cells", "kind", "says"),
    [
        ({"number": ""}, Kind.ROW, ":2: No Lab: the laboratory's number is missing. Refused: The row is left out. Add"),
        (
            {"test": "8310-5"},
            Kind.ROW,
            'Kode LOINC "8310-5": no disease of this city has such a test. Refused: The row',
        ),
        ({"test": ""}, Kind.ROW, "or a test of covid-19: pcr, antigen"),
        ({"who": ",,,,"}, Kind.ROW, "the patient is missing"),
        ({"who": f"{NIK},,,,"}, Kind.ROW, "Send the patient's name too."),
        ({"who": "317,Made-up,,,"}, Kind.NUMBER, "results.csv:2: NIK: "),
        ({"taken": "kemarin"}, Kind.DAY, 'Tanggal Spesimen "kemarin": this is no day'),
        ({"taken": "2999-01-01"}, Kind.FUTURE, "in the future"),
        ({"known": "besok"}, Kind.DAY, 'Tanggal Hasil "besok": the day of the result cannot be used'),
        ({"taken": "2026-11-02", "known": "2026-11-01"}, Kind.DAY, "the result is older than the specimen"),
        (
            {"result": "hijau"},
            Kind.ROW,
            'Hasil "hijau": this is no result of the test. Refused: The row is left out. Write',
        ),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else "",
)
def test_a_row_that_cannot_be_stored_is_named_with_its_remedy(
    lab: Lab, cells: dict[str, str], kind: Kind, says: str
) -> None:
    good = row("L-9", who=",Made-up Two,,,")
    assert lab.bring(row(**({"number": "L-1"} | cells)), good) == ImportedResults(added=1, refused=1)
    assert says in lab.told()
    assert kind in {each.kind for each in lab.defects.each}
    assert not {"Made-up", NIK} & set(lab.told().split())
    assert [each.number for each in LabTest.objects.all()] == ["L-9"]


def test_a_number_twice_in_a_file_is_refused_and_small_defects_leave_the_row(lab: Lab) -> None:
    done = lab.bring(row("L-1", who=f"{NIK},Made-up Siti,31 Februari 1990,P,ATLANTIS"), row("L-1", result="Negatif"))
    assert done == ImportedResults(added=1, refused=1)
    assert [each.kind for each in lab.defects.each] == [Kind.UNKNOWN_AREA, Kind.DAY, Kind.TWICE]
    assert "line 2 has this number too" in lab.told()
    assert LabTest.objects.get().result == "positive"


def test_a_number_of_another_person_is_refused(lab: Lab, corner: Corner) -> None:
    lab.bring(row("L-1"))
    corner.person("Budi Contoh", NewIdentifier("national-id", "3171010101900001"))
    done = lab.bring(row("L-1", who="3171010101900001,,,,", result="Negatif"))
    assert done.refused == 1
    assert "somebody else" in lab.told()


def test_a_workbook_is_read_and_a_dry_run_stores_nobody(lab: Lab) -> None:
    rows: list[list[object]] = [[*each.split(",")] for each in (HEADER, row("L-1"), row("L-2", who=",Made-up Two,,,"))]
    path = lab.folder / "results.xlsx"
    path.write_bytes(workbook({"Hasil": rows}))
    assert lab.bring(path=path, dry_run=True).added == 2
    assert not LabTest.objects.exists()
    assert not Person.objects.exists()
    assert lab.bring(path=path).added == 2


def test_the_verb_takes_the_only_laboratory_or_asks_for_it(
    lab: Lab, corner: Corner, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lab.write(row("L-1"), row("L-2", result="hijau"))
    run(path, "--as", "lab-results")
    told = capsys.readouterr().out
    assert "results added" in told
    assert 'results.csv:3: Hasil "hijau": this is no result of the test' in told
    assert LabTest.objects.get().laboratory == corner.units["lab"]
    with pytest.raises(CommandError, match=r"name one by --laboratory\. The pack's laboratories: labkesda"):
        run(path, "--laboratory", "nowhere")
