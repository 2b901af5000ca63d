"""Line lists: one row for each case, recorded by the actions of case records. Defects never show who is meant."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from django.db import transaction

from kini.city.models import Area, Unit
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records.actions.lab_results import NewTest, record_test
from kini.epidemic.case_records.actions.recording import record_case
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.new_case import NewCase, RecordedAlready
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.schema import Classification, Disease
from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.person_rows import PersonRows
from kini.epidemic.imports.source_file import Cells, SourceFile
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier, record_person
from kini.people.models import Person
from kini.people.public import PersonDetails

SOURCE, PERSON_SOURCE = "import", "epidemic.case"
NATIONAL_ID = "national-id"
#: Columns that tell rows without a number apart.
IDENTITY = ("national-id", "person", "birth", "age", "sex", "onset", "specimen", "reported")


@dataclass(slots=True)
class ImportedCases:
    """Numbers of rows: recorded, known before, refused."""

    added: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(slots=True)
class _Rows(PersonRows):
    disease_id: str
    facility: Unit
    disease: Disease = field(init=False)

    def __post_init__(self) -> None:
        self.disease = disease_of(self.disease_id)

    def person(self, by: Actor, line: int, cells: Cells, area: Area | None) -> Person:
        number = self.text(cells, NATIONAL_ID)
        if number and (known := people_queries.person_by_identifier(NATIONAL_ID, number)):
            return known
        details = PersonDetails(
            name=self.text(cells, "person") or self.text(cells, "name"),
            birth_date=self.day(line, cells, "birth"),
            sex=self.words.means(self.text(cells, "sex"), "female", "male"),
            area=area.code if area else "",
        )
        if number:
            try:
                with transaction.atomic():
                    identifiers = [NewIdentifier(NATIONAL_ID, number)]
                    return record_person(by=by, details=details, source=PERSON_SOURCE, identifiers=identifiers)
            except ActionRefused as refusal:
                column = self.source.column(NATIONAL_ID)
                title = column.title if column else ""
                self.source.defects.add(Kind.NUMBER, line, title, "", str(refusal), "Recorded without the number.")
        return record_person(by=by, details=details, source=PERSON_SOURCE)

    def key(self, cells: Cells) -> str:
        """Key by which a row is recorded once."""
        if number := self.text(cells, "case-number"):
            return f"{self.disease_id}:{number}"[:80]
        identity = "\n".join(self.text(cells, role) for role in IDENTITY)
        return f"{self.disease_id}:{sha256(identity.encode()).hexdigest()[:32]}"

    def record(self, by: Actor, line: int, cells: Cells) -> None:
        """Record the case of a row, with its test.

        Raises:
            ActionRefused: the row cannot be a case.
        """
        area = self.area(line, cells)
        onset, specimen = self.day(line, cells, "onset"), self.day(line, cells, "specimen")
        result_on, died = self.day(line, cells, "result-day"), self.day(line, cells, "died")
        reported = self.day(line, cells, "reported", "day", "result-day", "specimen", "onset")
        outcome, outcome_on = self._outcome(cells, died, self.day(line, cells, "ended-on"))
        result = self.words.means(self.text(cells, "result"), "positive", "negative")
        age = self.text(cells, "age")
        case = NewCase(
            self.disease_id,
            self.person(by, line, cells, area),
            area=area,
            rw=self.text(cells, "rw").zfill(3)[-3:] if self.text(cells, "rw") else "",
            rt=self.text(cells, "rt").zfill(3)[-3:] if self.text(cells, "rt") else "",
            age=int(age) if age.isdigit() and int(age) < 130 else None,
            sex=self.words.means(self.text(cells, "sex"), "female", "male"),
            onset_on=onset,
            specimen_on=specimen,
            reported_on=reported,
            outcome=outcome,
            outcome_on=outcome_on,
            facility=self.facility,
            classification=None if result and specimen else self._classification(cells, result),
            because=self.source.table.file,
            source=SOURCE,
            source_key=self.key(cells),
        )
        stored = record_case(by=by, case=case)
        if result and specimen and self.disease.tests:
            test = next(iter(self.disease.tests))
            if result in self.disease.tests[test].results:
                record_test(
                    by=by,
                    test=NewTest(
                        self.disease_id,
                        test,
                        specimen,
                        person=stored.person,
                        result=result,
                        result_on=result_on or reported,
                        number=f"{SOURCE} {self.key(cells)}"[:80],
                        area=area,
                        facility=self.facility,
                        source=SOURCE,
                    ),
                )

    def _outcome(self, cells: Cells, died: date | None, ended: date | None) -> tuple[str, date | None]:
        told = self.words.means(self.text(cells, "outcome") or self.text(cells, "status"), "died", "recovered")
        wanted = "died" if died else told or ("recovered" if ended else "")
        for name, outcome in self.disease.outcomes.items():
            if wanted and outcome.death is (wanted == "died"):
                return name, died or ended
        return "", None

    def _classification(self, cells: Cells, result: str) -> Classification | None:
        names = [each.value for each in Classification]
        told = self.words.means(self.text(cells, "status"), *names)
        told = told or {"positive": "confirmed", "negative": "discarded"}.get(result, "")
        return Classification(told) if told else Classification.SUSPECTED


def facility_for_imports() -> Unit | None:
    """The first hospital of the pack: line lists name no facility of ours."""
    return Unit.objects.filter(type="hospital", active=True).select_related("agency", "area").order_by("pk").first()


@action
def import_cases(
    *, by: Actor, source: SourceFile, disease: str, facility: Unit, dry_run: bool = False
) -> ImportedCases:
    """Record the cases of a line list. A row that was imported before is left as it is."""
    done, rows = ImportedCases(), _Rows(source, disease, facility)
    with transaction.atomic():
        for line, cells in source.rows:
            if any(cells):
                _import_row(by, rows, line, cells, done)
        if dry_run:
            transaction.set_rollback(True)
    if not dry_run:
        detail = {"file": source.table.file, "added": done.added, "refused": done.refused}
        audit.record(by=by, action="epidemic.cases-imported", subject=f"disease:{disease}", detail=detail)
    return done


def _import_row(by: Actor, rows: _Rows, line: int, cells: Cells, done: ImportedCases) -> None:
    if CaseRecord.objects.filter(source=SOURCE, source_key=rows.key(cells)).exists():
        done.unchanged += 1
        return
    try:
        with transaction.atomic():
            rows.record(by, line, cells)
    except RecordedAlready:
        message = "this person has a record of this illness"
        rows.source.defects.add(Kind.TWICE, line, "", "", message, "The row is left out.")
        done.refused += 1
    except ActionRefused as refusal:
        rows.source.defects.add(Kind.ROW, line, "", "", str(refusal), "The row is left out.")
        done.refused += 1
    else:
        done.added += 1
