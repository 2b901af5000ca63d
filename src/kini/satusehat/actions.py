"""Writes of the room: doses queued for SATUSEHAT, sent again, pulled, and decisions about what differs."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.jobs import enqueue
from kini.epidemic.models import CaseRecord, LabTest
from kini.exchange.models import OutboxEntry
from kini.exchange.public import outbox
from kini.people.models import Person, Resident
from kini.people.public import action_helpers
from kini.people.rules import require_somewhere
from kini.records import actions as record_actions
from kini.satusehat.models import Comparison, NationalNumber, NationalRecord, PulledDifference, PullRequest
from kini.satusehat.permissions import SatusehatPermission
from kini.satusehat.record_destination import DESTINATION, subject_of
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import client_of, clients
from kini.satusehat.sent_illness import OWN_SOURCES
from kini.vaccination.models import Dose
from kini.vaccination.public import DoseCorrection, dose_actions

#: Purpose of the consent to pull, and name of the job.
PULL_CONSENT = "satusehat.pull"
PULL_JOB = "satusehat.pull_person"
#: Kinds of differences that sending again repairs.
REPAIRED = ("not-sent", "missing", "differs", "refused")


@action
def queue_dose(*, by: Actor, dose: Dose, version: str) -> NationalRecord | None:
    """Queue a dose of a site for SATUSEHAT, which is sent as it is then; None where no organization is configured.

    A dose that was given elsewhere is not queued. A refused message of the same dose is sent again in place of a new
    one, which would wait behind it.

    Args:
        version: of the dose; the same version again changes nothing.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    return _queue(by, "dose", dose.pk, dose.facility_id, version) if dose.source == "site" else None


@action
def queue_illness(*, by: Actor, record: CaseRecord | LabTest, version: str) -> NationalRecord | None:
    """Queue a case record or laboratory result of this city, as `queue_dose`; those of others are not queued.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    if record.source not in OWN_SOURCES:
        return None
    if isinstance(record, CaseRecord):
        return _queue(by, "case", record.pk, record.facility_id, version)
    return _queue(by, "test", record.pk, record.laboratory_id, version)


def _queue(by: Actor, record_type: str, record_id: int, facility: str | None, version: str) -> NationalRecord | None:
    require_somewhere(by, SatusehatPermission.RECONCILE)
    client = client_of(facility)
    if client is None:
        return None
    record, is_new = NationalRecord.objects.get_or_create(
        record_type=record_type, record_id=record_id, defaults={"organization": client.organization}
    )
    subject = subject_of(record_type, record_id)
    refused = OutboxEntry.objects.filter(destination=DESTINATION, subject=subject, state="dead").first()
    if refused:
        outbox.replay(refused.pk)
    else:
        outbox.put(DESTINATION, subject=subject, key=f"{subject}:{version}", payload={})
    if not is_new:
        NationalRecord.objects.filter(pk=record.pk).update(state="waiting", problems=[], updated_at=current_time.now())
    audit.record(by=by, action="satusehat.queued", subject=subject)
    return record


@action
def send_again(*, by: Actor, dose: Dose, is_lost: bool = False) -> NationalRecord | None:
    """Send a dose again, after a correction or because the two sides differ; None as `queue_dose`.

    Args:
        is_lost: SATUSEHAT does not have it any more; it is created there again.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    changes: dict[str, Any] = {"digest": ""} | ({"resources": {}} if is_lost else {})
    NationalRecord.objects.filter(record_type="dose", record_id=dose.pk).update(**changes)
    return queue_dose(by=by, dose=dose, version=f"again:{current_time.now().isoformat()}")


@action
def send_illness_again(*, by: Actor, national: NationalRecord) -> NationalRecord | None:
    """Send a case record or laboratory result again, after a correction; None where no organization is configured.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    NationalRecord.objects.filter(pk=national.pk).update(digest="")
    table: type[CaseRecord | LabTest] = CaseRecord if national.record_type == "case" else LabTest
    record = table.objects.get(pk=national.record_id)
    return queue_illness(by=by, record=record, version=f"again:{current_time.now().isoformat()}")


@action
def repair(*, by: Actor, comparison: Comparison) -> int:
    """Send again what a comparison found missing or different; return how many doses.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    kinds = {each["dose"]: each["kind"] for each in comparison.differences if each["dose"]}
    repaired = 0
    for dose in Dose.objects.filter(pk__in=kinds):
        if kinds[dose.pk] in REPAIRED:
            repaired += send_again(by=by, dose=dose, is_lost=kinds[dose.pk] == "missing") is not None
    audit.record(by=by, action="satusehat.repaired", subject=f"satusehat-comparison:{comparison.pk}")
    return repaired


@action
def request_pull(*, by: Actor, resident: Resident) -> PullRequest:
    """Agree that one's doses are pulled from SATUSEHAT, and pull them; a request that still waits is returned.

    Raises:
        NotAllowed: unless it is oneself, or a family member without an account.
        ActionRefused: where no organization is configured.
    """
    if not clients():
        raise ActionRefused(_("This city is not connected to SATUSEHAT."))
    record_actions.give_consent(by=by, resident=resident, purpose=PULL_CONSENT)
    waiting = PullRequest.objects.filter(person=resident.person, outcome="").first()
    if waiting:
        return waiting
    return _pull(by, resident.person)


@action
def refresh_pull(*, by: Actor, person: Person, older_than: timedelta) -> PullRequest:
    """Pull the doses of a person who agreed, unless a request waits or the last one is new enough; for the system.

    Raises:
        NotAllowed: to anybody else.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    now = current_time.now()
    last = PullRequest.objects.filter(person=person).order_by("-asked_at", "-pk").first()
    if last and (not last.outcome or last.asked_at > now - older_than):
        return last
    return _pull(by, person)


def _pull(by: Actor, person: Person) -> PullRequest:
    request = PullRequest.objects.create(person=person, asked_at=current_time.now())
    enqueue(PULL_JOB, request=request.pk)
    audit.record(by=by, action="satusehat.pull-requested", subject=f"person:{person.pk}")
    return request


@action
def record_pull(
    *, by: Actor, request: PullRequest, added: int = 0, to_decide: int = 0, problems: Sequence[Problem] = ()
) -> None:
    """Record the result of a pull; for the system.

    Raises:
        NotAllowed: to anybody else.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    request.outcome, request.done_at = "failed" if problems else "done", current_time.now()
    request.added, request.to_decide = added, to_decide
    request.problems = [each.as_json() for each in problems]
    request.save(update_fields=["outcome", "done_at", "added", "to_decide", "problems"])
    detail = {"added": added, "to_decide": to_decide}
    audit.record(by=by, action="satusehat.pulled", subject=f"person:{request.person_id}", detail=detail)


@action
def decide_difference(*, by: Actor, difference: PulledDifference, decision: str, reason: str) -> PulledDifference:
    """Decide about a dose that differs: keep the city's, or take SATUSEHAT's over into the city's record.

    Raises:
        NotAllowed: without the permission, or without that to correct the dose.
        ActionRefused: without a decision or reason, if it was decided, or if there is nothing to take over.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    reason = action_helpers.require_reason(reason)
    current = PulledDifference.objects.select_for_update(of=("self",)).select_related("dose").get(pk=difference.pk)
    if current.decision:
        raise ActionRefused(_("This was decided already."))
    if decision not in PulledDifference.DECISIONS:
        raise ActionRefused(_("Choose which record is right."))
    if decision == "theirs":
        _take_over(by, current, reason)
    current.decision, current.reason = decision, reason
    current.decided_at, current.decided_by_id = current_time.now(), by.user_id
    current.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    detail = {"decision": decision, "kind": current.kind}
    audit.record(by=by, action="satusehat.difference-decided", subject=f"person:{current.person_id}", detail=detail)
    return current


def _take_over(by: Actor, difference: PulledDifference, reason: str) -> None:
    dose, theirs = difference.dose, difference.theirs
    if dose is None or (difference.kind != "withdrawn" and not theirs["vaccine"]):
        raise ActionRefused(_("There is no dose here that could be changed. Record it by hand if it is right."))
    if difference.kind == "withdrawn":
        dose_actions.mark_entered_in_error(by=by, dose=dose, reason=reason)
        return
    day = date.fromisoformat(theirs["day"])
    same_day, same_vaccine = day == dose.given_on, theirs["vaccine"] == dose.vaccine
    correction = DoseCorrection(
        vaccine=theirs["vaccine"],
        number=theirs["number"] or dose.number,
        volume_ul=dose.volume_ul if same_vaccine else 0,
        lot=dose.lot if same_vaccine else None,
        lot_number=dose.lot_number if same_vaccine and not theirs["lot"] else theirs["lot"],
        given_at=dose.given_at if same_day else None,
        given_on=day,
    )
    dose_actions.correct(by=by, dose=dose, correction=correction, reason=reason)


@action
def enter_number(*, by: Actor, organization: str, kind: str, key: str, number: str, name: str = "") -> NationalNumber:
    """Enter the number at SATUSEHAT of an officer, site or vaccine, which is then not looked up.

    Raises:
        NotAllowed: without the permission to work off what differs.
        ActionRefused: for an unknown kind, or without a number.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    number = number.strip()
    if kind not in NationalNumber.KINDS or not re.fullmatch(r"[A-Za-z0-9-]{2,80}", number):
        raise ActionRefused(_("Enter the number as SATUSEHAT writes it."))
    entered, _is_new = NationalNumber.objects.update_or_create(
        organization=organization,
        kind=kind,
        key=key,
        defaults={"number": number, "name": name[:160], "entered_by_hand": True, "checked_at": current_time.now()},
    )
    audit.record(by=by, action="satusehat.number-entered", subject=f"satusehat-number:{entered.pk}")
    return entered
