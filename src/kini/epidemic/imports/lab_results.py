"""Laboratory results: one row for each test, stored by the same action as those of the API. Defects name nobody."""

from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn

from django.db import transaction

from kini.city.models import Unit
from kini.city.public import pack
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import queries
from kini.epidemic.case_records.actions.received_results import receive_result
from kini.epidemic.case_records.fhir import RESULTS, ReceivedPatient, ReceivedResult
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.person_rows import PersonRows
from kini.epidemic.imports.source_file import Cells, SourceFile
from kini.epidemic.imports.vocabulary import normalize
from kini.people.actions import NewIdentifier
from kini.people.public import NATIONAL_ID, contacts

SOURCE, LABORATORY = "import", "laboratory"
LEFT_OUT = "The row is left out."


@dataclass(slots=True)
class ImportedResults:
    """Numbers of rows: stored for the first time, correcting a stored result, stored before, refused."""

    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0


class _Refused(Exception):
    """A row that is left out: its defect is noted."""


@dataclass(slots=True)
class _Rows(PersonRows):
    disease: str
    #: Line by number of the laboratory.
    lines: dict[str, int] = field(default_factory=dict)
    #: (disease, test) by LOINC code, and by id and names of the tests of the file's disease.
    tests: dict[str, tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        every = diseases()
        # The file's disease comes last: of a code that two diseases have it is meant.
        order = [*(each for each in every.items() if each[0] != self.disease), (self.disease, every[self.disease])]
        self.tests = {}
        for name, each in order:
            for test, known in each.tests.items():
                words = [normalize(word) for word in (test, *known.name.root.values())] if name == self.disease else []
                self.tests |= dict.fromkeys((*known.loinc, *words), (name, test))

    def refuse(
        self, line: int, role: str, message: str, remedy: str, kind: Kind = Kind.ROW, shown: str = ""
    ) -> NoReturn:
        """Note why a row is left out, and leave it.

        Raises:
            _Refused: always.
        """
        self.source.defects.add(kind, line, self.title(role), shown, message, f"{LEFT_OUT} {remedy}")
        raise _Refused

    def result(self, line: int, cells: Cells) -> ReceivedResult:
        """The result of a row.

        Raises:
            _Refused: something that a result needs is missing or unreadable.
        """
        number = self._number(line, cells)
        disease, test = self._test(line, cells)
        specimen_on = self.day(line, cells, "specimen", "day")
        if specimen_on is None:
            self.refuse(line, "specimen", "a result needs the day on which the specimen was taken", "Add it.")
        withdrawn = bool(self.words.means(self.text(cells, "status") or self.text(cells, "result"), "withdrawn"))
        result = "" if withdrawn else self._result(line, cells, test, disease)
        return ReceivedResult(
            disease, test, result, withdrawn, number, specimen_on, self._known_on(line, cells, specimen_on, result),
            self._patient(line, cells),
        )  # fmt: skip

    def _number(self, line: int, cells: Cells) -> str:
        number = self.text(cells, "lab-number")[:80]
        if not number:
            remedy = "Add it: by it a result is stored only once, and corrected later."
            self.refuse(line, "lab-number", "the laboratory's number is missing", remedy)
        if earlier := self.lines.get(number):
            remedy = "Keep the right one of the two; a correction comes in a file of its own."
            self.refuse(line, "lab-number", f"line {earlier} has this number too", remedy, Kind.TWICE)
        self.lines[number] = line
        return number

    def _test(self, line: int, cells: Cells) -> tuple[str, str]:
        name = self.text(cells, "test")
        if known_test := self.tests.get(name) or self.tests.get(normalize(name)):
            return known_test
        known = diseases()[self.disease].tests
        remedy = f"Write a LOINC code, or a test of {self.disease}: {', '.join(known)}."
        message = "no disease of this city has such a test" if name else "the test is missing"
        self.refuse(line, "test", message, remedy, shown=name)

    def _result(self, line: int, cells: Cells, test: str, disease: str) -> str:
        """The result; "" when it is not known yet."""
        word = self.text(cells, "result")
        possible = diseases()[disease].tests[test].results
        result = self.words.means(word, *possible) or RESULTS.get(word, "")
        if word and result not in possible:
            remedy = f"Write one of: {', '.join(possible)}."
            self.refuse(line, "result", "this is no result of the test", remedy, shown=word)
        return result

    def _known_on(self, line: int, cells: Cells, specimen_on: date, result: str) -> date | None:
        if not result:
            return None
        day = self.day(line, cells, "result-day", "reported")
        if day is None and (cell := self.text(cells, "result-day")):
            remedy = "Write it as 2021-07-05, or leave it empty: then it is today."
            self.refuse(line, "result-day", "the day of the result cannot be used", remedy, Kind.DAY, cell)
        if day and day < specimen_on:
            remedy = "Correct one of the two days."
            self.refuse(line, "result-day", "the result is older than the specimen", remedy, Kind.DAY, str(day))
        return day

    def _patient(self, line: int, cells: Cells) -> ReceivedPatient:
        number, name = self.text(cells, NATIONAL_ID), self.text(cells, "person") or self.text(cells, "name")
        if not (number or name):
            self.refuse(line, "person", "the patient is missing", "Add the number or the name.")
        if number:
            try:
                queries.person_with(NewIdentifier(NATIONAL_ID, number))
            except ActionRefused as refusal:
                self.refuse(line, NATIONAL_ID, str(refusal), "Correct the number, or leave it empty.", Kind.NUMBER)
        area = self.area(line, cells)
        return ReceivedPatient(
            number,
            is_national=bool(number),
            name=name,
            birth_date=self.day(line, cells, "birth"),
            sex=self.words.means(self.text(cells, "sex"), "female", "male"),
            phone=self._phone(line, cells),
            area=area.code if area else "",
        )

    def _phone(self, line: int, cells: Cells) -> str:
        number = self.text(cells, "phone")
        try:
            return contacts.parse_phone(number, pack.current().country).value if number else ""
        except contacts.ContactError as error:
            self.source.defects.add(
                Kind.NUMBER, line, self.title("phone"), "", str(error), "Recorded without the phone number."
            )
            return ""


@action
def import_results(
    *, by: Actor, source: SourceFile, disease: str, laboratory: Unit, dry_run: bool = False
) -> ImportedResults:
    """Store the results of a laboratory's table. A row that is stored already changes nothing.

    Args:
        disease: of tests that are named by words; LOINC codes tell theirs.
    """
    done, rows = ImportedResults(), _Rows(source, disease)
    with transaction.atomic():
        for line, cells in source.rows:
            if any(cells):
                _import_row(by, rows, laboratory, line, cells, done)
        if dry_run:
            transaction.set_rollback(True)
    if not dry_run:
        detail = {"file": source.table.file, "added": done.added, "corrected": done.corrected, "refused": done.refused}
        audit.record(by=by, action="epidemic.results-imported", subject=f"unit:{laboratory.pk}", detail=detail)
    return done


def _import_row(by: Actor, rows: _Rows, laboratory: Unit, line: int, cells: Cells, done: ImportedResults) -> None:
    try:
        result = rows.result(line, cells)
        stored = LabTest.objects.filter(laboratory=laboratory, number=result.number).first()
        if stored and _says_the_same(stored, result):
            done.unchanged += 1
            return
        with transaction.atomic():
            receive_result(by=by, result=result, laboratory=laboratory, source=SOURCE)
    except _Refused:
        done.refused += 1
    except ActionRefused as refusal:
        rows.source.defects.add(Kind.ROW, line, "", "", str(refusal), LEFT_OUT)
        done.refused += 1
    else:
        done.corrected += stored is not None
        done.added += stored is None


def _says_the_same(stored: LabTest, result: ReceivedResult) -> bool:
    received = (result.disease, result.test, result.specimen_on, result.result)
    same = (stored.disease, stored.test, stored.specimen_on, stored.result) == received
    return same and result.result_on in (None, stored.result_on)
