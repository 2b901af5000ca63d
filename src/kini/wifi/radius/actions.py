"""Load the access policies of the pack, grant FreeRADIUS database access, re-authorize running sessions (RFC 5176)."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Model

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import config
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.inventory.models import SiteKind
from kini.wifi.radius import database_role, reauthorization
from kini.wifi.radius.models import Group, SessionReview, SessionRule
from kini.wifi.radius.reauthorization import ReviewResult
from kini.wifi.schema import hours_as_json

#: Name of the job that sends a request to a NAS.
REVIEW_JOB = "wifi.review_session"
#: Attempts at a NAS that does not answer, with pauses of 20 seconds, then one, three and nine minutes.
MAX_TRIES = 5
WAIT = timedelta(seconds=20)

MOST_DAYS = 730


@action
def load_policies(*, by: Actor) -> int:
    """Copy groups, session rules and opening hours from wifi.yaml to the tables that RADIUS decisions read.

    Groups that wifi.yaml no longer names are deactivated.

    Returns:
        The number of changed rows.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    network = config.network()
    groups = [
        Group(
            id=name,
            session_seconds=each.session_minutes and each.session_minutes * 60,
            idle_seconds=each.idle_minutes and each.idle_minutes * 60,
            down_bps=each.down_kbps and each.down_kbps * 1000,
            up_bps=each.up_kbps and each.up_kbps * 1000,
            daily_seconds=each.daily_minutes and each.daily_minutes * 60,
            daily_octets=each.daily_megabytes and each.daily_megabytes * 1_000_000,
            devices_at_once=each.devices_at_once,
        )
        for name, each in (network.groups if network else {}).items()
    ]
    kinds = [
        SiteKind(id=name, hours=hours_as_json(each.hours)) for name, each in (network.kinds if network else {}).items()
    ]
    sessions = [
        SessionRule(since=each.since, silent_seconds=each.silent_minutes * 60, keep_days=each.keep_days)
        for each in (network.sessions if network else [])
    ]
    changed = _sync_rows(SiteKind, kinds) + _sync_rows(Group, groups) + _sync_rows(SessionRule, sessions)
    changed += SessionRule.objects.exclude(pk__in=[rule.pk for rule in sessions]).delete()[0]
    deactivated = Group.objects.exclude(pk__in=[group.pk for group in groups]).filter(active=True).update(active=False)
    if changed + deactivated:
        audit.record(
            by=by, action="wifi.policies-loaded", subject="wifi:policies", detail={"changed": changed + deactivated}
        )
    return changed + deactivated


def _sync_rows[M: Model](model: type[M], wanted: Sequence[M]) -> int:
    """Insert or update rows that differ from the table; return their number."""
    columns = [field.attname for field in model._meta.concrete_fields]
    stored = {row[0]: row for row in model._default_manager.values_list("pk", *columns)}
    changed = [
        each for each in wanted if stored.get(each.pk) != (each.pk, *(getattr(each, column) for column in columns))
    ]
    model._default_manager.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
    )
    return len(changed)


@action
def grant_radius_access(*, by: Actor, make: bool = True) -> None:
    """Restrict the role of FreeRADIUS to asking for decisions (`database_role`).

    Args:
        make: also create the role if it is missing or cannot sign in.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction("wifi:entrance")
    if make and database_role.find_problem() and database_role.create_role():
        audit.record(by=by, action="wifi.radius-role-made", subject=f"database-role:{database_role.role_name()}")
    database_role.restrict_functions()


@action
def reauthorize_sessions(*, by: Actor, devices: list[bytes], reason: str) -> int:
    """Queue a job for each running session of these devices; return the number of sessions.

    A session that waits already is not queued twice.

    Args:
        devices: keyed hashes of their MACs.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    reviews = reauthorization.running_sessions(devices)
    for each in reviews:
        each.reason = reason
    SessionReview.objects.bulk_create(reviews, ignore_conflicts=True)
    waiting = SessionReview.objects.filter(
        session__in=[each.session for each in reviews], outcome=SessionReview.Outcome.WAITING, tries=0
    )
    ids = list(waiting.values_list("pk", flat=True))
    for review in ids:
        jobs.enqueue(REVIEW_JOB, review=review)
    if ids:
        detail = {"reason": reason, "count": len(ids)}
        audit.record(by=by, action="wifi.sessions-reviewed", subject="wifi:sessions", detail=detail)
    return len(ids)


@action
def record_review(*, by: Actor, review: int, result: ReviewResult) -> None:
    """Store what a NAS was sent and answered; a NAS that did not answer is tried again later.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    row = SessionReview.objects.select_for_update().get(pk=review)
    if row.outcome != SessionReview.Outcome.WAITING:
        return
    now = current_time.now()
    row.sent, row.error_cause = result.sent, result.error_cause
    row.tries += bool(result.sent)
    outcome = result.outcome
    if outcome is None and row.tries >= MAX_TRIES:
        outcome = SessionReview.Outcome.SILENT
    if outcome:
        row.outcome, row.settled_at = outcome, now
    else:
        jobs.enqueue_at(REVIEW_JOB, at=now + WAIT * 3 ** (row.tries - 1), review=review)
    row.save()
    if outcome in (SessionReview.Outcome.REFUSED, SessionReview.Outcome.SILENT):
        detail = {"outcome": str(outcome), "error_cause": result.error_cause, "tries": row.tries}
        audit.record(by=by, action="wifi.nas-not-told", subject=_subject(row), detail=detail)


def _subject(review: SessionReview) -> str:
    return f"access-point:{review.access_point.mac if review.access_point else ''}"
