"""Decisions of an officer that can still be taken back, shown on the pages that follow."""

from django.http import HttpRequest

from kini.cases.models import BatchMove
from kini.core import current_time
from kini.people.queries import actor_for

#: Key of the session: until when (seconds since 1970) there is something to take back. Other pages need no query.
UNTIL = "desk-undo-until"


def remember_decision(request: HttpRequest, batch: BatchMove) -> None:
    """Let the officer's next pages show the decision."""
    request.session[UNTIL] = batch.due_at.timestamp()


def cancellable_decisions(request: HttpRequest) -> list[BatchMove]:
    """Decisions that can still be taken back, the latest first. Two queries, none without a decision."""
    now = current_time.now()
    if request.session.get(UNTIL, 0) <= now.timestamp():
        return []
    own = BatchMove.objects.filter(
        officer__user_id=actor_for(request).user_id or 0, begun_at=None, taken_back_at=None, due_at__gt=now
    )
    return list(own.prefetch_related("cases__case").order_by("-pk"))
