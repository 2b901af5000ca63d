"""Actions that record a case, correct it, and classify it by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.case_records import rules
from kini.epidemic.case_records.case_change import case_change, store_by_hand
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.case_records.new_case import NewCase, agency_of, is_elsewhere, residence_of, store_case
from kini.epidemic.case_records.record_access import require_may_change, require_may_record
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.schema import Classification
from kini.people.public import action_helpers
from kini.web.formats import today


@dataclass(frozen=True, slots=True)
class CaseCorrection:
    """Values of a record as an officer corrected them; all replace the earlier ones."""

    area: Area
    rw: str = ""
    rt: str = ""
    onset_on: date | None = None
    reported_on: date | None = None
    symptoms: Sequence[str] = ()
    exposures: Sequence[str] = ()
    note: str = ""


@action
def record_case(*, by: Actor, case: NewCase) -> CaseRecord:
    """Record a case, classified by the disease's rules. A key of a source that is known returns its record.

    Raises:
        NotAllowed: unless the actor may record for the facility or its area.
        RecordedAlready: if the person has a record of this illness; a later one is a reinfection, with its own record.
        ActionRefused: for codes that the disease does not have, and days in the future or out of order.
    """
    area, agency = case.area or residence_of(case.patient), agency_of(case)
    require_may_record(by, case.facility, Scope(agency.pk, area.path))
    return store_case(by, case, area, agency)


@action
def correct_case(*, by: Actor, case: CaseRecord, correction: CaseCorrection, version: int) -> CaseRecord:
    """Replace what a record says; earlier values are kept as a revision, and the rules classify it again.

    Args:
        version: of the record that the form showed.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        StaleForm: if somebody changed it since.
        ActionRefused: as `record_case`.
    """
    require_may_change(by, case)
    disease = disease_of(case.disease)
    rules.require_known(_("symptoms"), disease.symptoms, correction.symptoms)
    rules.require_known(_("exposures"), disease.exposures, correction.exposures)
    rules.require_days(today(), correction.onset_on, correction.reported_on)
    with case_change(by, case, version=version) as current:
        current.area, current.area_path = correction.area, correction.area.path
        current.rw, current.rt, current.note = correction.rw, correction.rt, correction.note
        current.onset_on, current.symptoms = correction.onset_on, sorted(set(correction.symptoms))
        current.reported_on = correction.reported_on or current.reported_on
        current.infected_elsewhere = is_elsewhere(disease, correction.exposures)
        rules.require_order(
            current.onset_on, current.outcome_on, _("The illness began after its outcome. Correct one of the dates.")
        )
        _replace_exposures(current, correction.exposures)
    return current


@action
def classify_by_hand(
    *, by: Actor, case: CaseRecord, classification: Classification, reason: str, version: int | None = None
) -> CaseRecord:
    """Classify a case against the rules, with a reason that the person concerned can read.

    It stands until the facts of the record lead to another classification than they did.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        StaleForm: if somebody changed it since.
        ActionRefused: without a reason, or if it has this classification.
    """
    require_may_change(by, case)
    reason = action_helpers.require_reason(reason)
    with case_change(by, case, version=version) as current:
        if current.classification == classification:
            raise ActionRefused(_("The case is classified like this already."))
        store_by_hand(by, current, classification, reason)
    return current


def _replace_exposures(case: CaseRecord, exposures: Iterable[str]) -> None:
    wanted = set(exposures)
    case.exposures.exclude(exposure__in=wanted).delete()
    known = set(case.exposures.values_list("exposure", flat=True))
    CaseExposure.objects.bulk_create([CaseExposure(case=case, exposure=each) for each in sorted(wanted - known)])
