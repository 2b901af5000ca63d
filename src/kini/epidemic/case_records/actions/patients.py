"""Action that records a patient: finds or records the person, and the case with a first test, in one piece."""

from dataclasses import dataclass
from datetime import date

from kini.core.actions import action
from kini.core.actors import Actor
from kini.epidemic.case_records import queries
from kini.epidemic.case_records.actions.lab_results import NewTest, record_test
from kini.epidemic.case_records.actions.recording import record_case
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.new_case import NewCase
from kini.people import actions as people_actions
from kini.people.actions import NewIdentifier
from kini.people.public import PersonDetails

SOURCE = "epidemic.case"


@dataclass(frozen=True, slots=True)
class FirstTest:
    """A test that was done with the recording: ids of the disease's file."""

    test: str
    result: str
    on: date


@action
def record_patient(
    *, by: Actor, details: PersonDetails, identifier: NewIdentifier | None, case: NewCase, test: FirstTest | None = None
) -> CaseRecord:
    """Record the case of somebody with a number, of another number or of none. A known key returns its record.

    Args:
        case: without a person.

    Raises:
        NotAllowed, RecordedAlready, ActionRefused: as `record_case` and `people.actions.record_person`.
    """
    stored = CaseRecord.objects.filter(source=case.source, source_key=case.source_key).exclude(source_key="").first()
    if stored:
        return stored
    person = queries.person_with(identifier) or people_actions.record_person(
        by=by, details=details, source=SOURCE, identifiers=[identifier] if identifier else []
    )
    recorded = record_case(by=by, case=case.of(person))
    if test:
        record_test(
            by=by,
            test=NewTest(
                case.disease, test.test, test.on, case=recorded, result=test.result, number=f"{recorded.reference}-1"
            ),
        )
        recorded.refresh_from_db()
    return recorded
