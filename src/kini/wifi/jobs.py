"""What the network's room does when something happened, and by the clock."""

from datetime import timedelta

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases.events import CaseOpened
from kini.cases.models import Case
from kini.core.actors import Refused, system
from kini.core.events import listens
from kini.core.faults import PackFaults
from kini.core.jobs import every, job
from kini.web.formats import today
from kini.wifi import actions, collecting, declared, reviewing
from kini.wifi.events import DevicesSignedOut, OutagesBegan
from kini.wifi.health import notices
from kini.wifi.served import layout, upkeep
from kini.wifi.where import reckoning

log = structlog.get_logger("kini.wifi")


def _may_be_fault(event: CaseOpened) -> bool:
    network = declared.network()
    return network is not None and network.fault is not None and event.service in ("", network.fault.service)


@listens(CaseOpened, name="wifi.note_fault", only=_may_be_fault)
def note_fault(event: CaseOpened) -> None:
    """A report of a fault belongs to its site, and follows the one that is open there already."""
    network = declared.network()
    case = Case.objects.get(reference=event.reference)
    if network and network.fault and case.service_id == network.fault.service:
        actions.note_fault(by=system("wifi"), case=case)


@listens(DevicesSignedOut, name="wifi.end_sessions")
def end_sessions(event: DevicesSignedOut) -> None:
    """Sessions of devices that do not come in any more end at their access points."""
    marks = [bytes.fromhex(mark) for mark in event.devices]
    actions.review_sessions(by=system("wifi"), devices=marks, reason=event.reason)


@job(actions.REVIEW, queue="wifi")
def review_session(review: int) -> None:
    """Tell a NAS what the rules say of a running session now, and keep what it answers."""
    found = reviewing.tell(review)
    if found:
        actions.settle_review(by=system("wifi"), review=review, told=found)


@job(actions.RECKON, queue="wifi")
def reckon_plan(plan: int, language: str) -> None:
    """Choose the points of a plan. Whatever goes wrong ends it with words, so that nobody waits for it in vain."""
    with translation.override(language or None):
        _reckon_plan(plan)


def _reckon_plan(plan: int) -> None:
    by = system("wifi.plan")
    wish = actions.begin_plan(by=by, plan=plan)
    if wish is None:
        return
    found, problem = None, ""
    try:
        found = reckoning.reckon(wish, reckoning.candidates(wish))
    except (Refused, PackFaults) as reason:
        problem = str(reason)
    except Exception:
        log.exception("an error kept a plan of new points from being reckoned", plan=plan)
        problem = _("It could not be reckoned. The operator finds the reason in the log of the worker.")
    actions.settle_plan(by=by, plan=plan, found=found, problem=problem)


@every("* * * * *", name="wifi.collect")
def collect() -> None:
    """Bring in what FreeRADIUS has written on this machine since the last time."""
    while actions.collect(by=system("wifi"), folder=collecting.folder()).read:
        pass


@listens(OutagesBegan, name="wifi.notify_outages")
def tell_down(event: OutagesBegan) -> None:
    """Access points that are down are told to who watches them."""
    notices.tell_down(event.outages)


@every("*/5 * * * *", name="wifi.check_health")
def check_health() -> None:
    """Which access points work."""
    actions.check_health(by=system("wifi.check_health"))


@every("53 * * * *", name="wifi.count_availability")
def count_availability() -> None:
    """This month's availability, and that of the one before while its last outages end."""
    this = today().replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    for month in (before, this):
        actions.count_availability(by=system("wifi.count_availability"), month=month)


@every("41 * * * *", name="wifi.close_days")
def close_days() -> None:
    """Days that are over go to Parquet, and are counted."""
    upkeep.close(system("wifi.close_days"), layout.folder())
