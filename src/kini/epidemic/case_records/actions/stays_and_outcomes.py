"""Actions on the course of a case: stays in hospitals, the outcome, transfer to another facility."""

from datetime import date

from django.utils.translation import gettext as _

from kini.city.models import Unit
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import rules
from kini.epidemic.case_records.case_change import case_change
from kini.epidemic.case_records.models import CaseRecord, CaseTransfer, HospitalStay
from kini.epidemic.case_records.record_access import require_may_change
from kini.epidemic.diseases.disease_files import disease_of
from kini.people.public import action_helpers
from kini.web.formats import today


@action
def record_stay(
    *,
    by: Actor,
    case: CaseRecord,
    ward: str,
    admitted_on: date,
    discharged_on: date | None = None,
    facility: Unit | None = None,
    version: int | None = None,
) -> HospitalStay:
    """Record days in a ward. An open stay ends on the day of the new one: the person moved.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        StaleForm: if somebody changed it since.
        ActionRefused: for a ward that the disease does not have, or days in the future or out of order.
    """
    require_may_change(by, case)
    rules.require_known(_("wards"), disease_of(case.disease).wards, [ward])
    rules.require_days(today(), admitted_on, discharged_on)
    rules.require_order(
        admitted_on, discharged_on, _("The person left before the admission. Correct one of the dates.")
    )
    with case_change(by, case, version=version) as current:
        running = current.stays.filter(discharged_on=None).first()
        if running and discharged_on is None:
            rules.require_order(
                running.admitted_on, admitted_on, _("A later stay is recorded. Enter the day on which this one ended.")
            )
            running.discharged_on = admitted_on
            running.save(update_fields=["discharged_on"])
        stay = HospitalStay.objects.create(
            case=current, facility=facility, ward=ward, admitted_on=admitted_on, discharged_on=discharged_on
        )
    audit.record(
        by=by,
        action="epidemic.stay-recorded",
        subject=f"case-record:{case.reference}",
        detail={"stay": stay.pk, "ward": ward},
    )
    return stay


@action
def end_stay(*, by: Actor, stay: HospitalStay, on: date) -> HospitalStay:
    """Record the day on which somebody left the hospital.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        ActionRefused: if it has ended, or for a day in the future or before the admission.
    """
    require_may_change(by, stay.case)
    rules.require_days(today(), on)
    stay = HospitalStay.objects.select_for_update(of=("self",)).select_related("case").get(pk=stay.pk)
    rules.require_order(stay.admitted_on, on, _("The person left before the admission. Correct one of the dates."))
    if stay.discharged_on:
        raise ActionRefused(_("This stay has ended already."))
    stay.discharged_on = on
    stay.save(update_fields=["discharged_on"])
    subject = f"case-record:{stay.case.reference}"
    CaseRecord.objects.filter(pk=stay.case_id).update(updated_at=current_time.now())
    audit.record(by=by, action="epidemic.stay-ended", subject=subject, detail={"stay": stay.pk})
    return stay


@action
def record_outcome(
    *, by: Actor, case: CaseRecord, outcome: str, on: date | None, version: int | None = None
) -> CaseRecord:
    """Record how the illness ended, or with "" that it did not end yet. A death ends an open stay.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        StaleForm: if somebody changed it since.
        ActionRefused: for an outcome that the disease does not have, without a day, or for a day out of order.
    """
    require_may_change(by, case)
    disease = disease_of(case.disease)
    rules.require_known(_("outcomes"), disease.outcomes, [outcome] if outcome else [])
    rules.require_days(today(), on)
    if outcome and on is None:
        raise ActionRefused(_("Enter the day of the outcome."))
    with case_change(by, case, version=version) as current:
        rules.require_order(current.onset_on, on, _("The illness began after its outcome. Correct one of the dates."))
        current.outcome, current.outcome_on = outcome, on if outcome else None
        if outcome and disease.outcomes[outcome].death:
            current.stays.filter(discharged_on=None, admitted_on__lte=on).update(discharged_on=on)
    return current


@action
def transfer_case(
    *, by: Actor, case: CaseRecord, facility: Unit, reason: str, version: int | None = None
) -> CaseRecord:
    """Give a case to another facility, which looks after it from now on; its records open there.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        StaleForm: if somebody changed it since.
        ActionRefused: without a reason, or if the facility has it.
    """
    require_may_change(by, case)
    reason = action_helpers.require_reason(reason)
    with case_change(by, case, version=version) as current:
        if current.facility_id == facility.pk:
            raise ActionRefused(_("This facility has the case already."))
        CaseTransfer.objects.create(
            case=current, sender_id=current.facility_id, receiver=facility, by_id=by.user_id, reason=reason
        )
        current.facility, current.agency_id = facility, facility.agency_id
    audit.record(
        by=by,
        action="epidemic.case-transferred",
        subject=f"case-record:{case.reference}",
        detail={"to": facility.pk},
    )
    return current
