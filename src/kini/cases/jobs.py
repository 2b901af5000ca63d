"""Scheduled jobs: timed transitions, search index, checkpoints, access alarms, batch moves; listeners."""

from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.db.models import Exists, OuterRef
from django.utils import translation

from kini.cases import actions, rules
from kini.cases.actions.batch_moves import BATCH_MOVE_JOB
from kini.cases.events import CaseMoved
from kini.cases.models import BatchMove, BatchMoveCase, Case
from kini.cases.queries import access_report
from kini.cases.timeline import checkpoints
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, system
from kini.core.events import subscribe
from kini.core.jobs import job, periodic
from kini.people import actions as people_actions
from kini.people.events import ProfilesJoined
from kini.people.queries import officer_actor
from kini.services.models import FlowEdge
from kini.services.public import snapshot_of
from kini.web import formats

#: Time for which a batch move is retried after errors.
RETRY_FOR = timedelta(hours=1)

log = structlog.get_logger("kini.cases")


@periodic("*/10 * * * *", name="cases.take_due_edges")
def take_due_edges() -> None:
    """Take all timed transitions that are due; one failing case does not stop the others."""
    by = system("time")
    for pk in list(_due_cases()):
        try:
            actions.take_due_edge(by=by, case=Case(pk=pk))
        except ActionRefused as refusal:
            log.warning("time could not move a case", case=pk, reason=str(refusal))


@periodic("* * * * *", name="cases.record_heads")
def record_heads() -> None:
    """Checkpoint the timelines of changed cases."""
    checkpoints.record_checkpoint()


@periodic("11 1 * * *", name="cases.record_recent_heads")
def record_recent_heads() -> None:
    """Checkpoint recent timelines again, to include entries that other cases' actions added."""
    checkpoints.record_recent_checkpoint()


@periodic("*/5 * * * *", name="cases.index")
def index_cases() -> None:
    """Index cases that were imported, or created before the search index existed."""
    while actions.index_cases(by=system("search")):
        pass


@periodic("*/5 * * * *", name="cases.check_access")
def report_unusual_access() -> None:
    """Notify heads, once a day, when an officer reads or reveals unusually much."""
    by, today = system("access check"), formats.today()
    officers = access_report.officers_to_check(today)
    for line in access_report.reads_by_officer(officers, today).values():
        if line.reads_unusual:
            people_actions.report_unusual_access(
                by=by, officer=line.officer, day=today, reads=line.counts.reads, looks=0
            )
        if line.looks_unusual:
            people_actions.report_unusual_access(
                by=by, officer=line.officer, day=today, reads=0, looks=line.counts.looks
            )


@periodic("27 2 * * *", name="cases.seal_sensitive")
def encrypt_sensitive_answers() -> None:
    """Encrypt answers submitted before their service was marked sensitive."""
    while actions.encrypt_sensitive_answers(by=system("sealing")):
        pass


@job(BATCH_MOVE_JOB, queue="cases")
def run_batch_move(bulk: int) -> None:
    """Run a batch move, each case in its own transaction. Cases that fail with an error are retried later."""
    by, now = system("bulk"), current_time.now()
    if not actions.begin_batch_move(by=by, bulk=bulk):
        return
    batch = BatchMove.objects.select_related("officer__user").get(pk=bulk)
    officer = officer_actor(batch.officer)
    with translation.override(batch.officer.user.language or pack.current().languages[0]):
        for item in batch.cases.filter(result=BatchMoveCase.WAITING).order_by("pk").values_list("pk", flat=True):
            try:
                actions.move_batch_case(by=officer, item=item)
            except Exception:
                log.exception("an error kept one of many cases from being moved", bulk=bulk, item=item)
        actions.end_batch_move(by=by, bulk=bulk, give_up=now > batch.due_at + RETRY_FOR)


@periodic("* * * * *", name="cases.carry_out_bulks")
def run_due_batch_moves() -> None:
    """Resume batch moves whose worker died."""
    due = BatchMove.objects.filter(ended_at__isnull=True, taken_back_at__isnull=True, due_at__lte=current_time.now())
    for pk in due.order_by("due_at").values_list("pk", flat=True):
        run_batch_move(pk)


@subscribe(CaseMoved, name="cases.release_duplicates")
def release_duplicates_of_undecided(event: CaseMoved) -> None:
    """Release the duplicates of a case that ended without a decision."""
    case = Case.objects.get(reference=event.reference)
    if case.outcome in rules.UNDECIDED and case.duplicates.exists():
        actions.release_duplicates(by=system("joined cases"), case=case)


@subscribe(ProfilesJoined, name="cases.merge_profiles")
def move_cases_of_merged_profile(event: ProfilesJoined) -> None:
    """Move cases opened at a counter to the profile that theirs was merged into."""
    actions.transfer_to_profile(by=system("joined profiles"), gone=event.gone, kept=event.kept)


def encrypt_plain_answers(by: Actor) -> None:
    """Encrypt answers that are older than their service's sensitive flag, one batch for each transaction."""
    while actions.encrypt_sensitive_answers(by=by):
        pass


def _due_cases() -> Iterator[int]:
    """Ids of cases that have been in their state for as long as its `after` says."""
    now, calendar = current_time.now(), pack.current().calendar
    waiting_cases = Case.objects.filter(
        version=OuterRef("version"), state=OuterRef("state"), state_since__lte=now - timedelta(hours=23)
    )
    for edge in (
        FlowEdge.objects.filter(Exists(waiting_cases), move=rules.AFTER)
        .select_related("version")
        .defer("version__content")
    ):
        after = snapshot_of(edge.version).flow.states[edge.state].after
        waiting = Case.objects.filter(version=edge.version, state=edge.state).order_by("pk")
        for pk, since in waiting.values_list("pk", "state_since"):
            if after and calendar.add(since, "days", after.days) <= now:
                yield pk
