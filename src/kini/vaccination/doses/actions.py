"""Actions on doses: record, correct, move to the right person, mark as error; disputes and their decision."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import queries as people_queries
from kini.people.models import Person, Resident
from kini.people.public import action_helpers, details_of
from kini.people.rules import age
from kini.vaccination.doses import dose_stock
from kini.vaccination.doses.dose_change import StaleForm as StaleForm
from kini.vaccination.doses.dose_change import dose_change
from kini.vaccination.doses.models import Dose, DoseDispute
from kini.vaccination.doses.new_dose import NewDose as NewDose
from kini.vaccination.doses.new_dose import UsedUuid as UsedUuid
from kini.vaccination.doses.new_dose import residence_of, store_dose
from kini.vaccination.doses.record_access import require_may_change, require_may_correct, require_may_record
from kini.vaccination.doses.rules import lot_fault, require_day
from kini.vaccination.events import DisputeDecided
from kini.vaccination.sites.models import Lot
from kini.web.formats import city_time, today

LONGEST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class DoseCorrection:
    """Values of a dose as somebody corrected them; all replace the earlier ones.

    Attributes:
        given_on: None: the day of `given_at`.
    """

    vaccine: str
    number: int
    volume_ul: int
    lot: Lot | None = None
    lot_number: str = ""
    given_at: datetime | None = None
    given_on: date | None = None


@action
def record_dose(*, by: Actor, dose: NewDose) -> Dose:
    """Record a dose that was given. One that was recorded before under the same uuid is returned.

    Raises:
        NotAllowed: unless the actor vaccinates at the site, or may correct doses for one given elsewhere.
        UsedUuid: if the uuid is that of another dose.
        ActionRefused: for a day in the future or before birth, or a lot that may not be given.
    """
    require_may_record(by, dose.site, dose.agency, dose.source)
    return store_dose(by, dose)


@action
def record_not_done(*, by: Actor, dose: NewDose, reason: str) -> Dose:
    """Record that a dose was not given, with the reason.

    Raises:
        NotAllowed, UsedUuid, ActionRefused: as `record_dose`; also without a reason.
    """
    require_may_record(by, dose.site, dose.agency, dose.source)
    return store_dose(by, dose, state="not-done", reason=_required(reason))


@action
def correct(*, by: Actor, dose: Dose, correction: DoseCorrection, reason: str, version: int | None = None) -> Dose:
    """Replace what a dose says; earlier values are kept as a revision. Vaccine moves from lot to lot.

    Raises:
        NotAllowed: unless the actor corrects doses there, or recorded this one today.
        StaleForm: if somebody changed it since.
        ActionRefused: as `record_dose`; also without a reason.
    """
    require_may_change(by, dose)
    day = correction.given_on or (city_time(correction.given_at).date() if correction.given_at else dose.given_on)
    born = details_of(dose.person).birth_date
    require_day(day, today(), born)
    # An expired or recalled lot that was injected is a fact that a correction may state.
    if correction.lot and correction.lot.vaccine != correction.vaccine:
        raise ActionRefused(lot_fault(correction.lot, correction.vaccine, day, correction.given_at))
    with dose_change(by, dose, "corrected", _required(reason), version=version) as current:
        current.vaccine, current.number = correction.vaccine, correction.number
        current.volume_ul, current.lot, current.lot_number = (
            correction.volume_ul,
            correction.lot,
            correction.lot_number,
        )
        current.given_on, current.given_at = day, correction.given_at
        current.age = max(0, age(born, day)) if born else None
    dose_stock.follow_correction(current, reason)
    return current


@action
def move_to_person(
    *, by: Actor, dose: Dose, person: Person, reason: str, number: int | None = None, version: int | None = None
) -> Dose:
    """Move a dose to the person who got it, with everything that belongs to it; the stock stays as it is.

    Args:
        number: of the dose in the right person's series; None: as recorded.

    Raises:
        NotAllowed: unless the actor corrects doses there.
        StaleForm: if somebody changed it since.
        ActionRefused: without a reason, if it is the person's already, or was given before their birth.
    """
    require_may_correct(by, dose)
    if person.pk in people_queries.person_tree(dose.person_id):
        raise ActionRefused(_("This dose stands in the record of this person already."))
    person = people_queries.root_of(person)
    details = details_of(person)
    require_day(dose.given_on, today(), details.birth_date)
    with dose_change(by, dose, "moved", _required(reason), version=version) as current:
        current.person, current.number, current.group = person, number or current.number, ""
        current.age = max(0, age(details.birth_date, current.given_on)) if details.birth_date else None
        current.sex, current.area = details.sex, residence_of(person)
    return current


@action
def mark_entered_in_error(*, by: Actor, dose: Dose, reason: str, version: int | None = None) -> Dose:
    """Mark a dose as one that never was. Final: the right one is a new dose. Its vaccine returns to the vial.

    Raises:
        NotAllowed: unless the actor corrects doses there, or recorded this one today.
        StaleForm: if somebody changed it since.
        ActionRefused: without a reason, or if it is marked already.
    """
    require_may_change(by, dose)
    reason = _required(reason)
    with dose_change(by, dose, "entered-in-error", reason, version=version) as current:
        current.state, current.reason = "entered-in-error", reason
    dose_stock.give_back(current, reason)
    return current


@action
def dispute(*, by: Actor, dose: Dose, resident: Resident, words: str) -> DoseDispute:
    """Dispute a dose in one's own record, or in that of a family member without an account.

    Raises:
        NotAllowed: if the dose is in the record of somebody else.
        ActionRefused: without words, or while an earlier dispute waits.
    """
    action_helpers.require_self(by, resident.user_id)
    if dose.person_id not in people_queries.own_person_ids(resident):
        raise NotAllowed(_("This record is not about you."))
    words = words.strip()[:LONGEST_WORDS]
    if not words:
        raise ActionRefused(_("Write what is wrong, and what would be right."))
    filed = DoseDispute(dose=dose, filed_by_id=by.user_id, words=words)
    action_helpers.create_once(filed.save, _("Your earlier message about this record is being checked."))
    subject = f"dose:{dose.reference}"
    audit.record(by=by, action="vaccination.dose-disputed", subject=subject, detail={"dispute": filed.pk})
    return filed


@action
def decide_dispute(
    *,
    by: Actor,
    dispute: DoseDispute,
    decision: str,
    evidence: str,
    answer: str,
    person: Person | None = None,
    number: int | None = None,
) -> DoseDispute:
    """Decide on a dispute: move the dose to `person`, mark it as an error, or keep it. A correction is `correct`.

    Args:
        evidence: that was looked at, for a later check of the decision.
        answer: that the person reads.

    Raises:
        NotAllowed: unless the actor corrects doses there.
        ActionRefused: without decision, evidence, answer, or the person to move to; or if it was decided before.
    """
    current = DoseDispute.objects.select_for_update(of=("self",)).select_related("dose__person").get(pk=dispute.pk)
    require_may_correct(by, current.dose)
    if current.decision:
        raise ActionRefused(_("This was decided already."))
    if decision not in DoseDispute.DECISIONS:
        raise ActionRefused(_("Choose whether the dose is moved, was corrected, is an error or stays."))
    if not evidence.strip():
        raise ActionRefused(_("Write which evidence you looked at: identity card, list of the day, consent form."))
    answer = _required(answer)
    if decision == "moved":
        if person is None:
            raise ActionRefused(_("Choose the person who got the dose."))
        move_to_person(by=by, dose=current.dose, person=person, reason=evidence.strip(), number=number)
    elif decision == "entered-in-error":
        mark_entered_in_error(by=by, dose=current.dose, reason=answer)
    current.decision, current.evidence, current.answer = decision, evidence.strip()[:LONGEST_WORDS], answer
    current.decided_at, current.decided_by_id = current_time.now(), by.user_id
    current.save(update_fields=["decision", "evidence", "answer", "decided_at", "decided_by"])
    detail = {"dispute": current.pk, "decision": decision}
    subject = f"dose:{current.dose.reference}"
    audit.record(by=by, action="vaccination.dispute-decided", subject=subject, detail=detail)
    events.publish(DisputeDecided(current.pk))
    return current


def _required(reason: str) -> str:
    reason = reason.strip()[: action_helpers.LONGEST_REASON]
    if not reason:
        raise ActionRefused(_("Write the reason. The person concerned can read it."))
    return reason
