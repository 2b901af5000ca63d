"""Re-authorize running sessions after a change of the rules (RFC 5176)."""

from datetime import timedelta

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi.guards import require_system
from kini.wifi.models import SessionReview
from kini.wifi.radius import reauthorization
from kini.wifi.radius.reauthorization import ReviewResult

#: Name of the job that sends a request to a NAS.
REVIEW_JOB = "wifi.review_session"
#: Attempts at a NAS that does not answer, with pauses of 20 seconds, then one, three and nine minutes.
MAX_TRIES = 5
WAIT = timedelta(seconds=20)


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
    found = reauthorization.running_sessions(devices)
    for each in found:
        each.reason = reason
    SessionReview.objects.bulk_create(found, ignore_conflicts=True)
    waiting = SessionReview.objects.filter(
        session__in=[each.session for each in found], outcome=SessionReview.Outcome.WAITING, tries=0
    )
    numbers = list(waiting.values_list("pk", flat=True))
    for number in numbers:
        jobs.enqueue(REVIEW_JOB, review=number)
    if numbers:
        detail = {"reason": reason, "count": len(numbers)}
        audit.record(by=by, action="wifi.sessions-reviewed", subject="wifi:sessions", detail=detail)
    return len(numbers)


@action
def record_review(*, by: Actor, review: int, told: ReviewResult) -> None:
    """Store what a NAS was sent and answered; a NAS that did not answer is tried again later.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    found = SessionReview.objects.select_for_update().get(pk=review)
    if found.outcome != SessionReview.Outcome.WAITING:
        return
    now = current_time.now()
    found.sent, found.error_cause = told.sent, told.error_cause
    found.tries += bool(told.sent)
    outcome = told.outcome
    if outcome is None and found.tries >= MAX_TRIES:
        outcome = SessionReview.Outcome.SILENT
    if outcome:
        found.outcome, found.settled_at = outcome, now
    else:
        jobs.enqueue_at(REVIEW_JOB, at=now + WAIT * 3 ** (found.tries - 1), review=review)
    found.save()
    if outcome in (SessionReview.Outcome.REFUSED, SessionReview.Outcome.SILENT):
        detail = {"outcome": str(outcome), "error_cause": told.error_cause, "tries": found.tries}
        audit.record(by=by, action="wifi.nas-not-told", subject=_subject(found), detail=detail)


def _subject(review: SessionReview) -> str:
    return f"access-point:{review.access_point.mac if review.access_point else ''}"
