"""Writes: reports that are filed at the Open311 server of another city, and their state there."""

from django.utils.translation import gettext as _

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.cases.public import CasePermission, access
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.exchange.public import outbox
from kini.reports.models import OutsideRequest
from kini.reports.open311.other_cities import GeoReportServer, TheirRequest, is_newer

#: Name of the destination of the outbox.
DESTINATION = "open311"
LONGEST_NOTES = 1000


@action
def file_elsewhere(*, by: Actor, case: Case, city: GeoReportServer) -> OutsideRequest:
    """File an open report in another city, once; the outbox sends it. The case stays here until somebody closes it.

    Raises:
        NotAllowed: without the permission to hand over, or when the report is the officer's own.
        ActionRefused: it has ended, has no place, was filed before, or that city does not take such reports.
    """
    case = Case.objects.select_for_update().get(pk=case.pk)
    access.require_at_desk(by, CasePermission.TRANSFER, case)
    if case.closed_at:
        raise ActionRefused(_("This case has ended."))
    if case.latitude is None or case.service_id not in city.services:
        raise ActionRefused(_("%(city)s does not take such reports.") % {"city": city.title})
    made, new = OutsideRequest.objects.get_or_create(case=case, defaults={"city": city.name, "by_id": by.user_id})
    if not new:
        raise ActionRefused(_("This report was sent to another city before."))
    outbox.put(
        DESTINATION, subject=f"case:{case.reference}", key=f"open311:{case.reference}", payload={"case": case.pk}
    )
    audit.record(by=by, action="reports.filed-elsewhere", subject=f"case:{case.reference}", detail={"city": city.name})
    return made


@action
def record_filed_elsewhere(*, by: Actor, request: OutsideRequest, their_id: str, token: str) -> OutsideRequest:
    """Record that the other city has the report, under its number or a token. Repetitions change nothing."""
    require_system(by)
    request = OutsideRequest.objects.select_for_update().get(pk=request.pk)
    if request.their_id:
        return request
    request.state, request.their_id, request.token = OutsideRequest.FILED, their_id, token
    request.save(update_fields=["state", "their_id", "token"])
    audit.record(by=by, action="reports.taken-elsewhere", subject=f"case:{request.case.reference}")
    return request


@action
def record_refused_elsewhere(*, by: Actor, request: OutsideRequest) -> None:
    """Record that the other city does not take the report."""
    require_system(by)
    OutsideRequest.objects.filter(pk=request.pk, state=OutsideRequest.SENDING).update(state=OutsideRequest.FAILED)
    audit.record(by=by, action="reports.refused-elsewhere", subject=f"case:{request.case.reference}")


@action
def record_status_elsewhere(*, by: Actor, request: OutsideRequest, update: TheirRequest, city: str) -> bool:
    """Record the state in the other city, with a note for the officers; returns False when nothing is new.

    An update older than the last one is ignored. The case itself is not moved: it is closed with proof, as any other.

    Args:
        city: its name for officers.
    """
    require_system(by)
    request = OutsideRequest.objects.select_for_update().select_related("case").get(pk=request.pk)
    notes = (update.status_notes or "")[:LONGEST_NOTES]
    known = (request.status, request.status_notes)
    if (
        not update.status
        or not is_newer(update.updated_datetime, request.updated_at)
        or known == (update.status, notes)
    ):
        return False
    request.status, request.status_notes = update.status, notes
    request.updated_at = update.updated_datetime or request.updated_at
    request.save(update_fields=["status", "status_notes", "updated_at"])
    words = _("%(city)s says: closed.") if update.status == "closed" else _("%(city)s says: open.")
    cases.add_note(by=by, case=request.case, text=f"{words % {'city': city}} {notes}".strip())
    return True
