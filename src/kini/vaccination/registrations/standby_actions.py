"""Action on the waiting list of the end of a day: a call that is answered, and the registration that gets the place."""

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import queries as people_queries
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.registrations import actions
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import standby
from kini.vaccination.sites.models import StandbyRequest


@action
def answer_standby(*, by: Actor, request: StandbyRequest, coming: bool) -> StandbyRequest:
    """Answer a call. Accepting it books the place for the registration that waits for the dose.

    When that is taken back, the registration waits again.

    Raises:
        NotAllowed, ActionRefused: as `standby.answer_call`.
    """
    request = standby.answer_call(by=by, request=request, coming=coming)
    if request.state == "declined":
        for booked in Registration.objects.filter(booking=request.booking_id or 0):
            actions.end_missed(by=by, registration=booked)
    if request.state != "coming" or request.session is None:
        return request
    series = campaign_of(request.campaign).series_of(request.session.vaccine)
    waiting = Registration.objects.select_for_update(no_key=True, of=("self",)).filter(
        person__in=people_queries.person_tree(request.person_id),
        campaign=request.campaign,
        series=series,
        state="waiting",
    )
    row = waiting.order_by("number", "pk").first()
    if row:
        row.state, row.booking, row.vaccine = "booked", request.booking, request.session.vaccine
        row.reminded_at = None
        row.save(update_fields=["state", "booking", "vaccine", "reminded_at"])
        subject, detail = f"vaccination-registration:{row.reference}", {"standby": request.pk}
        audit.record(by=by, action="vaccination.registration-booked", subject=subject, detail=detail)
    return request
