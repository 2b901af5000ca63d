"""Action on laboratory tests: an order, a result, a corrected result."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from kini.city.models import Area, Unit
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.case_records import queries, rules
from kini.epidemic.case_records.case_change import case_change
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.case_records.new_case import NewCase, agency_of, residence_of, store_case
from kini.epidemic.case_records.record_access import require_may_change, require_may_record
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.events import PositiveResult, ResultRecorded
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.web.formats import today


@dataclass(frozen=True, slots=True)
class NewTest:
    """A laboratory test, ordered or with its result; codes are of the disease's file.

    Attributes:
        person: tested; not needed with a case.
        case: to which it belongs; None: the person's record of this illness, and a new one for a positive result.
        result, result_on: "" and None: not known yet.
        laboratory: None: done where it is recorded.
        number: of the laboratory, which stores a test once; "": a new number.
        area: of the residence; None: the case's or the person's.
        withdrawn: the laboratory says that there was no such result.
    """

    disease: str
    test: str
    specimen_on: date
    person: Person | None = None
    case: CaseRecord | None = None
    result: str = ""
    result_on: date | None = None
    laboratory: Unit | None = None
    number: str = ""
    area: Area | None = None
    facility: Unit | None = None
    source: str = "desk"
    withdrawn: bool = False


@action
def record_test(*, by: Actor, test: NewTest) -> LabTest:
    """Record a test or its result. A number that the laboratory sent before updates that test: nothing is doubled.

    A positive result of a person without a record of this illness makes one (a reinfection after the disease's days);
    a corrected result keeps the earlier one, and the case is classified again.

    Raises:
        NotAllowed: unless the actor may record for the laboratory, the facility or the area, or change the case.
        ActionRefused: for codes that the disease does not have, days in the future or out of order, or the number of
            another person's test.
    """
    disease = disease_of(test.disease)
    rules.require_known(_("tests"), disease.tests, [test.test])
    rules.require_known(_("results"), disease.tests[test.test].results, [test.result] if test.result else [])
    result_on = (test.result_on or today()) if test.result else None
    rules.require_days(today(), test.specimen_on, result_on)
    rules.require_order(
        test.specimen_on, result_on, _("The result is older than the specimen. Correct one of the dates.")
    )
    _require_may_record(by, test)
    person = _locked_person(test)
    stored = _stored(test)
    if stored and stored.person_id != person.pk:
        raise ActionRefused(
            _("The laboratory sent this number for somebody else. Ask the laboratory which of the two is right.")
        )
    case = (stored.case if stored else None) or test.case or _case_for(by, test, person)
    if case is None:
        return _store(by, test, stored, person, None, result_on)
    with case_change(by, _standing(case)) as current:
        return _store(by, test, stored, person, current, result_on)


def _require_may_record(by: Actor, test: NewTest) -> None:
    if test.case:
        require_may_change(by, test.case)
        return
    unit = test.laboratory or test.facility
    if unit is None:
        raise ActionRefused(_("Choose the facility that records this."))
    require_may_record(by, unit, Scope(unit.agency_id, unit.area.path))


def _locked_person(test: NewTest) -> Person:
    person = test.case.person if test.case else test.person
    if person is None:
        raise ActionRefused(_("Choose the person who was tested."))
    return Person.objects.select_for_update(of=("self",)).get(pk=people_queries.root_of(person).pk)


def _stored(test: NewTest) -> LabTest | None:
    if not test.number:
        return None
    tests = LabTest.objects.select_for_update(of=("self",)).select_related("case")
    return tests.filter(laboratory=test.laboratory, number=test.number).first()


def _standing(case: CaseRecord) -> CaseRecord:
    return _standing(case.merged_into) if case.merged_into else case


def _case_for(by: Actor, test: NewTest, person: Person) -> CaseRecord | None:
    """Return the person's record of this illness; a positive result of somebody without one makes one."""
    case = queries.case_of(person.pk, test.disease, test.specimen_on)
    if case or not rules.is_positive(disease_of(test.disease), test.test, test.result):
        return case
    unit = test.facility or test.laboratory
    new = NewCase(
        test.disease,
        person,
        specimen_on=test.specimen_on,
        facility=test.facility,
        agency=unit.agency if unit else None,
        source=test.source,
    )
    return store_case(by, new, test.area or residence_of(person), agency_of(new))


def _store(
    by: Actor, test: NewTest, stored: LabTest | None, person: Person, case: CaseRecord | None, result_on: date | None
) -> LabTest:
    disease = disease_of(test.disease)
    made = stored or LabTest(
        person=test.person or person,
        disease=test.disease,
        laboratory=test.laboratory,
        number=test.number or f"kini-{uuid4().hex}",
    )
    before = made.result
    was_positive = rules.is_positive(disease, made.test, made.result)
    is_known = bool(stored and stored.result and not test.result and not test.withdrawn)
    if stored and stored.result and not is_known and (stored.result, stored.result_on) != (test.result, result_on):
        until = current_time.now().isoformat()
        day = stored.result_on.isoformat() if stored.result_on else ""
        made.corrections = [*stored.corrections, {"result": stored.result, "result_on": day, "until": until}]
    if not is_known:
        made.result, made.result_on = test.result, result_on
    made.case, made.test, made.specimen_on, made.source = case, test.test, test.specimen_on, test.source
    made.area = test.area or (case.area if case else residence_of(person))
    made.save()
    # A trigger stores it for the root of the person, and remembers for whom it was recorded.
    made.refresh_from_db(fields=["person"])
    is_positive = rules.is_positive(disease, made.test, made.result)
    detail = {"test": made.pk, "disease": made.disease, "corrections": len(made.corrections)}
    subject = f"case-record:{case.reference}" if case else f"lab-test:{made.pk}"
    audit.record(by=by, action="epidemic.test-recorded", subject=subject, detail=detail)
    if made.result != before:
        events.publish(ResultRecorded(made.pk, made.source))
    if is_positive and not was_positive and case:
        events.publish(PositiveResult(made.pk, case.pk, person.pk, made.disease))
    return made
