"""Jobs of sites: open and settle sessions, keep second doses, call people at the end of the day, write off."""

from django.db import transaction

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.services.models import Service
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.events import StandbyCalled
from kini.vaccination.sites import notifications, second_doses, session_plan, standby, stock
from kini.vaccination.sites.models import Site, StandbyRequest
from kini.web.formats import today

BY = system("vaccination")


@periodic("20 * * * *", name="vaccination.open_sessions")
def open_sessions() -> None:
    """Keep doses for those who wait for one, then open sessions as far as stock reaches."""
    for site in Site.objects.filter(second_doses__kept=False, second_doses__ended_at=None).distinct():
        second_doses.keep_waiting(by=BY, site=site)
    for name, campaign in campaigns().items():
        # A service whose slots its own schedule opens and deletes has no room for sessions.
        if not Service.objects.filter(pk=campaign.service).exclude(kind="booking").exists():
            continue
        for site in Site.objects.filter(active=True).select_related("area").order_by("pk"):
            session_plan.open_sessions(by=BY, site=site, campaign=name)


@periodic("*/10 * * * *", name="vaccination.settle_sessions")
def settle_sessions() -> None:
    """Free the doses of past sessions that were not given."""
    for session in session_plan.to_settle()[:1_000]:
        session_plan.settle(by=BY, session=session)


@periodic("*/5 * * * *", name="vaccination.call_standby")
def call_standby() -> None:
    """End calls without an answer, and call the next people for doses that are left."""
    waiting = StandbyRequest.objects.filter(state__in=("waiting", "called"), day__lte=today())
    for site in Site.objects.filter(pk__in=waiting.values("site")).select_related("area").order_by("pk"):
        with transaction.atomic():
            standby.lapse_calls(by=BY, site=site)
            standby.call_next(by=BY, site=site)


@periodic("50 * * * *", name="vaccination.write_off")
def write_off() -> None:
    """Write off expired vaccine, and free second doses whose last day has passed."""
    stock.write_off_expired(by=BY)
    second_doses.release_lapsed(by=BY)


@subscribe(StandbyCalled, name="vaccination.notify_standby")
def tell_standby(event: StandbyCalled) -> None:
    """Call a person on the waiting list of today."""
    notifications.notify_call(event.request)
