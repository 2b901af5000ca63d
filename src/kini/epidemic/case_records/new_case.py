"""A case to record, and how it is stored within the transaction of an action."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.city.models import Agency, Area, Unit
from kini.core import audit, current_time, references
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import queries, rules
from kini.epidemic.case_records.case_change import classify_new, store_by_hand
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.case_records.record_access import PREFIX
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.schema import Classification, Disease
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import details_of
from kini.people.rules import age
from kini.web.formats import today


class RecordedAlready(ActionRefused):
    """The person has a record of this illness.

    Attributes:
        case: that record.
    """

    def __init__(self, case: CaseRecord) -> None:
        super().__init__(_("This person has a record of this illness already. Add to that one."))
        self.case = case


@dataclass(frozen=True, slots=True)
class NewExposure:
    """An exposure before the illness, with its days as far as they are known."""

    exposure: str
    first_day: date | None = None
    last_day: date | None = None
    place: str = ""
    source_case: CaseRecord | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to record; codes are of the disease's file.

    Attributes:
        area: of the residence; None: the person's, else the whole city (residence elsewhere or not known).
        reported_on: None: today.
        house: keyed hash of the address or family card number.
        age, sex: None and "": those of the person on the day of the report.
        facility: that looks after it; None: the agency's unit for the residence.
        agency: None: the facility's.
        classification, because: decided elsewhere (a line list), with who decided; None: the disease's rules decide.
        source, source_key: the same key of a source is stored once.
    """

    disease: str
    person: Person | None
    area: Area | None = None
    rw: str = ""
    rt: str = ""
    house: str = ""
    age: int | None = None
    sex: str = ""
    onset_on: date | None = None
    specimen_on: date | None = None
    reported_on: date | None = None
    outcome: str = ""
    outcome_on: date | None = None
    symptoms: Sequence[str] = ()
    exposures: Sequence[NewExposure] = ()
    facility: Unit | None = None
    agency: Agency | None = None
    note: str = ""
    classification: Classification | None = None
    because: str = ""
    source: str = "desk"
    source_key: str = ""

    def of(self, person: Person) -> Self:
        """Return the case of a person."""
        return replace(self, person=person)

    @property
    def patient(self) -> Person:
        """The person; raises ActionRefused without one."""
        if self.person is None:
            raise ActionRefused(_("Choose the person who is ill."))
        return self.person


def agency_of(case: NewCase) -> Agency:
    """Return the agency of a case to record.

    Raises:
        ActionRefused: without a facility and an agency.
    """
    agency = case.agency or (case.facility.agency if case.facility else None)
    if agency is None:
        raise ActionRefused(_("Choose the facility that records this."))
    return agency


def store_case(by: Actor, case: NewCase, area: Area, agency: Agency) -> CaseRecord:
    """Store a case within the transaction of an action that has checked permissions.

    Raises:
        RecordedAlready, ActionRefused: as `record_case`.
    """
    if case.source_key and (stored := _stored(case)):
        return stored
    reported_on = case.reported_on or today()
    _require_valid(disease_of(case.disease), case, reported_on)
    # Two who record the same person wait for each other here, so that the second one meets the first one's record.
    person = Person.objects.select_for_update(of=("self",)).get(pk=people_queries.root_of(case.patient).pk)
    if case.source_key and (stored := _stored(case)):
        return stored
    if earlier := queries.case_of(person.pk, case.disease, case.onset_on or case.specimen_on or reported_on):
        raise RecordedAlready(earlier)
    return _store(by, case, person, area, agency, reported_on)


def _store(by: Actor, case: NewCase, person: Person, area: Area, agency: Agency, reported_on: date) -> CaseRecord:
    details = details_of(person)
    born = details.birth_date
    stored = CaseRecord.objects.create(
        reference=references.generate(PREFIX),
        disease=case.disease,
        person=case.patient,
        episode=queries.standing().filter(person=person, disease=case.disease).count() + 1,
        classification=Classification.SUSPECTED,
        classified_at=current_time.now(),
        area=area,
        area_path=area.path,
        rw=case.rw,
        rt=case.rt,
        house=case.house,
        age=case.age if case.age is not None or born is None else max(0, age(born, reported_on)),
        sex=case.sex or details.sex,
        onset_on=case.onset_on,
        specimen_on=case.specimen_on,
        reported_on=reported_on,
        infected_elsewhere=is_elsewhere(disease_of(case.disease), (each.exposure for each in case.exposures)),
        outcome=case.outcome,
        outcome_on=case.outcome_on,
        symptoms=sorted(set(case.symptoms)),
        facility=case.facility or city_queries.unit_for(agency.pk, area),
        agency=agency,
        note=case.note,
        source=case.source,
        source_key=case.source_key,
        recorded_by_id=by.user_id,
    )
    # A trigger stores it for the root of the person, and remembers for whom it was recorded.
    stored.refresh_from_db(fields=["person"])
    for each in case.exposures:
        CaseExposure.objects.create(
            case=stored,
            exposure=each.exposure,
            first_day=each.first_day,
            last_day=each.last_day,
            place=each.place,
            source_case=each.source_case,
        )
    detail = {"disease": case.disease, "source": case.source}
    audit.record(by=by, action="epidemic.case-recorded", subject=f"case-record:{stored.reference}", detail=detail)
    if case.classification is None:
        classify_new(by, stored)
    else:
        store_by_hand(by, stored, case.classification, case.because or case.source, new=True)
    return stored


def _stored(case: NewCase) -> CaseRecord | None:
    return CaseRecord.objects.filter(source=case.source, source_key=case.source_key).first()


def residence_of(person: Person) -> Area:
    """Return where a person lives, as far as it is known; else the whole city.

    Raises:
        ActionRefused: if the city has no areas.
    """
    area = city_queries.area(details_of(person).area, active=False) or city_queries.whole_city()
    if area is None:
        raise ActionRefused(_("Choose where the person lives."))
    return area


def _require_valid(disease: Disease, case: NewCase, reported_on: date) -> None:
    rules.require_known(_("symptoms"), disease.symptoms, case.symptoms)
    rules.require_known(_("exposures"), disease.exposures, (each.exposure for each in case.exposures))
    rules.require_known(_("outcomes"), disease.outcomes, [case.outcome] if case.outcome else [])
    rules.require_days(today(), case.onset_on, case.specimen_on, reported_on, case.outcome_on)
    rules.require_order(
        case.onset_on, case.outcome_on, _("The illness began after its outcome. Correct one of the dates.")
    )
    if case.outcome_on and not case.outcome:
        raise ActionRefused(_("Choose the outcome, or leave out its date."))


def is_elsewhere(disease: Disease, exposures: Iterable[str]) -> bool:
    """Return True if one of the exposures makes a case an imported one."""
    return any(disease.exposures[each].elsewhere for each in exposures)
