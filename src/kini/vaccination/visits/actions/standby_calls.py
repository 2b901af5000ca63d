"""Actions of vaccinators on the waiting list of today: call the next people, check in who came, pass a dose on."""

from uuid import uuid4

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, system
from kini.vaccination.doses.record_access import require_may_vaccinate
from kini.vaccination.registrations.standby_actions import answer_standby
from kini.vaccination.sites import standby
from kini.vaccination.sites.models import Site, StandbyRequest
from kini.vaccination.visits.actions.visit_steps import record_visit
from kini.vaccination.visits.entries import VisitEntry
from kini.vaccination.visits.models import Visit

BY = system("vaccination.visits")


@action
def call_waiting(*, by: Actor, site: Site) -> int:
    """End calls without an answer and call the next people at once, as the job does. Return the number of calls.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
    """
    require_may_vaccinate(by, site)
    standby.lapse_calls(by=BY, site=site)
    called = standby.call_next(by=BY, site=site)
    subject, detail = f"vaccination-site:{site.pk}", {"count": called}
    audit.record(by=by, action="vaccination.standby-called-at-desk", subject=subject, detail=detail)
    return called


@action
def check_in_called(*, by: Actor, request: StandbyRequest) -> Visit:
    """Check in somebody who was called and came, also before they answered. Twice changes nothing.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        ActionRefused: the call is over, or the place was used.
    """
    require_may_vaccinate(by, request.site)
    answered = answer_standby(by=BY, request=request, coming=True)
    if answered.booking is None:
        raise ActionRefused(_("This call is over. The dose went to the next person."))
    reference = answered.booking.reference
    entry = VisitEntry(uuid=uuid4(), campaign=request.campaign, booking=reference, at=current_time.now())
    visit = record_visit(by=by, site=request.site, entry=entry)
    audit.record(by=by, action="vaccination.standby-checked-in", subject=f"vaccination-standby:{request.pk}")
    return visit


@action
def pass_on(*, by: Actor, request: StandbyRequest) -> int:
    """Record that somebody who was called is not coming, and call the next person. Return the number of calls.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        ActionRefused: the call is over, or they are at the site.
    """
    require_may_vaccinate(by, request.site)
    answer_standby(by=BY, request=request, coming=False)
    audit.record(by=by, action="vaccination.standby-passed-on", subject=f"vaccination-standby:{request.pk}")
    return standby.call_next(by=BY, site=request.site)
