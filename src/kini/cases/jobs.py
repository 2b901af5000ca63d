"""Scheduled jobs: timed transitions, search index, checkpoints, access alarms, batch moves; listeners."""

from datetime import timedelta

import structlog
from django.utils import translation

from kini.cases import access_report, actions, queries, rules
from kini.cases.actions.bulks import CARRY_OUT
from kini.cases.events import CaseMoved
from kini.cases.models import Bulk, BulkCase, Case
from kini.cases.timeline import checkpoints
from kini.city import pack
from kini.core import moments
from kini.core.actors import Refused, system
from kini.core.events import listens
from kini.core.jobs import every, job
from kini.people import actions as people_actions
from kini.people.events import ProfilesJoined
from kini.people.queries import officer_actor
from kini.web import formats

#: Time for which a batch move is retried after errors.
TRIED_FOR = timedelta(hours=1)

log = structlog.get_logger("kini.cases")


@every("*/10 * * * *", name="cases.take_due_edges")
def take_due_edges() -> None:
    """Take all timed transitions that are due; one failing case does not stop the others."""
    by = system("time")
    for pk in list(queries.due_edges()):
        try:
            actions.take_due_edge(by=by, case=Case(pk=pk))
        except Refused as refusal:
            log.warning("time could not move a case", case=pk, reason=str(refusal))


@every("* * * * *", name="cases.record_heads")
def record_heads() -> None:
    """Checkpoint the timelines of changed cases."""
    checkpoints.record()


@every("11 1 * * *", name="cases.record_recent_heads")
def record_recent_heads() -> None:
    """Checkpoint recent timelines again, to include entries that other cases' actions added."""
    checkpoints.record_recent()


@every("*/5 * * * *", name="cases.index")
def index_cases() -> None:
    """Index cases that were imported, or created before the search index existed."""
    while actions.index_cases(by=system("search")):
        pass


@every("*/5 * * * *", name="cases.check_access")
def check_access() -> None:
    """Notify heads, once a day, when an officer reads or reveals unusually much."""
    by, today = system("access check"), formats.today()
    officers = access_report.who_read(today)
    for line in access_report.counted(officers, today).values():
        if line.reads_unusual:
            people_actions.report_unusual(by=by, officer=line.officer, day=today, reads=line.counts.reads, looks=0)
        if line.looks_unusual:
            people_actions.report_unusual(by=by, officer=line.officer, day=today, reads=0, looks=line.counts.looks)


@every("27 2 * * *", name="cases.seal_sensitive")
def seal_sensitive() -> None:
    """Encrypt answers submitted before their service was marked sensitive."""
    while actions.seal_sensitive(by=system("sealing")):
        pass


@job(CARRY_OUT, queue="cases")
def carry_out_bulk(bulk: int) -> None:
    """Run a batch move, each case in its own transaction. Cases that fail with an error are retried later."""
    by, now = system("bulk"), moments.now()
    if not actions.begin_bulk(by=by, bulk=bulk):
        return
    found = Bulk.objects.select_related("officer__user").get(pk=bulk)
    officer = officer_actor(found.officer)
    with translation.override(found.officer.user.language or pack.current().languages[0]):
        for item in found.cases.filter(result=BulkCase.WAITING).order_by("pk").values_list("pk", flat=True):
            try:
                actions.take_bulk_step(by=officer, item=item)
            except Exception:
                log.exception("an error kept one of many cases from being moved", bulk=bulk, item=item)
        actions.end_bulk(by=by, bulk=bulk, give_up=now > found.due_at + TRIED_FOR)


@every("* * * * *", name="cases.carry_out_bulks")
def carry_out_bulks() -> None:
    """Resume batch moves whose worker died."""
    due = Bulk.objects.filter(ended_at__isnull=True, taken_back_at__isnull=True, due_at__lte=moments.now())
    for pk in due.order_by("due_at").values_list("pk", flat=True):
        carry_out_bulk(pk)


@listens(CaseMoved, name="cases.release_duplicates")
def release_followers(event: CaseMoved) -> None:
    """Release the duplicates of a case that ended without a decision."""
    case = Case.objects.get(reference=event.reference)
    if case.outcome in rules.UNDECIDED and case.followers.exists():
        actions.release(by=system("joined cases"), case=case)


@listens(ProfilesJoined, name="cases.merge_profiles")
def bring_cases_along(event: ProfilesJoined) -> None:
    """Move cases opened at a counter to the profile that theirs was merged into."""
    actions.hand_over_cases(by=system("joined profiles"), gone=event.gone, kept=event.kept)
