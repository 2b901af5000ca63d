"""Action that stores a result as a laboratory sent it, by API or table."""

from django.utils.translation import gettext as _

from kini.city.models import Unit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import queries
from kini.epidemic.case_records.actions.lab_results import NewTest, record_test
from kini.epidemic.case_records.actions.patients import SOURCE
from kini.epidemic.case_records.fhir import ReceivedPatient, ReceivedResult
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.case_records.record_access import require_may_record_at
from kini.people import actions as people_actions
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from kini.people.public import NATIONAL_ID, PersonDetails


@action
def receive_result(*, by: Actor, result: ReceivedResult, laboratory: Unit, source: str = "api") -> LabTest:
    """Store a laboratory's result. Its number is stored once; sent again with another result, it is a correction.

    The person is found by number, or recorded: health workers later merge likely duplicates.

    Raises:
        NotAllowed: unless the actor works at the laboratory, or records for its area.
        ActionRefused: as `record_test`; or for a patient without a name whose number nobody has.
    """
    require_may_record_at(by, laboratory)
    test = NewTest(
        result.disease,
        result.test,
        result.specimen_on,
        person=_person(by, result, laboratory),
        result=result.result,
        result_on=result.result_on,
        laboratory=laboratory,
        number=result.number,
        source=source,
        withdrawn=result.withdrawn,
    )
    return record_test(by=by, test=test)


def _person(by: Actor, result: ReceivedResult, laboratory: Unit) -> Person:
    patient = result.patient
    identifier = _identifier(patient)
    if person := queries.person_with(identifier):
        return person
    stored = LabTest.objects.filter(laboratory=laboratory, number=result.number).select_related("person").first()
    if stored:
        return stored.person
    if not patient.name:
        raise ActionRefused(_("Nobody is recorded with this number. Send the patient's name too."))
    details = PersonDetails(patient.name, patient.birth_date, "", patient.sex, patient.phone, patient.area)
    return people_actions.record_person(
        by=by, details=details, source=SOURCE, identifiers=[identifier] if identifier else []
    )


def _identifier(patient: ReceivedPatient) -> NewIdentifier | None:
    if not patient.number:
        return None
    return NewIdentifier(NATIONAL_ID if patient.is_national else "other", patient.number)
