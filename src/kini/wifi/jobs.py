"""Event listeners and scheduled jobs."""

from datetime import timedelta

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases.events import CaseOpened
from kini.cases.models import Case
from kini.core.actors import ActionRefused, system
from kini.core.config_files import ConfigErrors
from kini.core.events import subscribe
from kini.core.jobs import job, periodic
from kini.web.formats import today
from kini.wifi import actions, config
from kini.wifi.accounting import spool
from kini.wifi.events import DevicesSignedOut, OutagesBegan
from kini.wifi.health import alerts
from kini.wifi.planning import planner
from kini.wifi.radius import reauthorization
from kini.wifi.usage import rollup_schedule, storage

log = structlog.get_logger("kini.wifi")


def _may_be_fault(event: CaseOpened) -> bool:
    network = config.network()
    return network is not None and network.fault is not None and event.service in ("", network.fault.service)


@subscribe(CaseOpened, name="wifi.note_fault", only=_may_be_fault)
def note_fault(event: CaseOpened) -> None:
    """Link a fault report to its site, and merge it into the open report of that site."""
    network = config.network()
    case = Case.objects.get(reference=event.reference)
    if network and network.fault and case.service_id == network.fault.service:
        actions.link_fault_report(by=system("wifi"), case=case)


@subscribe(DevicesSignedOut, name="wifi.end_sessions")
def end_sessions(event: DevicesSignedOut) -> None:
    """End running sessions of devices that were signed out."""
    marks = [bytes.fromhex(mark) for mark in event.devices]
    actions.reauthorize_sessions(by=system("wifi"), devices=marks, reason=event.reason)


@job(actions.REVIEW_JOB, queue="wifi")
def review_session(review: int) -> None:
    """Send a running session's current limits, or a disconnect, to its NAS and store the answer."""
    result = reauthorization.reauthorize(review)
    if result:
        actions.record_review(by=system("wifi"), review=review, result=result)


@job(actions.PLAN_JOB, queue="wifi")
def compute_plan(plan: int, language: str) -> None:
    """Compute the points of a plan. Any error ends it with a message, so that nobody waits in vain."""
    with translation.override(language or None):
        _compute_plan(plan)


def _compute_plan(plan: int) -> None:
    by = system("wifi.plan")
    plan_request = actions.start_plan(by=by, plan=plan)
    if plan_request is None:
        return
    result, problem = None, ""
    try:
        result = planner.compute_plan(plan_request, planner.find_candidates(plan_request))
    except (ActionRefused, ConfigErrors) as reason:
        problem = str(reason)
    except Exception:
        log.exception("a plan of new points could not be computed", plan=plan)
        problem = _("The plan could not be calculated. The reason is in the worker's log.")
    actions.finish_plan(by=by, plan=plan, result=result, problem=problem)


@periodic("* * * * *", name="wifi.collect")
def collect() -> None:
    """Import what FreeRADIUS has written on this machine since the last run."""
    while actions.collect_packets(by=system("wifi"), folder=spool.spool_folder()).read:
        pass


@subscribe(OutagesBegan, name="wifi.notify_outages")
def tell_down(event: OutagesBegan) -> None:
    """Notify officers of access points that are down."""
    alerts.notify_down(event.outages)


@periodic("*/5 * * * *", name="wifi.check_health")
def check_health() -> None:
    """Check all access points."""
    actions.check_health(by=system("wifi.check_health"))


@periodic("53 * * * *", name="wifi.count_availability")
def count_availability() -> None:
    """Update the availability of this month, and of the previous one while its last outages end."""
    this = today().replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    for month in (before, this):
        actions.update_availability(by=system("wifi.count_availability"), month=month)


@periodic("41 * * * *", name="wifi.close_days")
def close_days() -> None:
    """Write past days to Parquet and compute their figures."""
    rollup_schedule.close_due_days(system("wifi.close_days"), storage.storage_folder())
