"""Actions of operators: retry a failed job, replay or discard a message to another system."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import audit, procrastinate_internals
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.exchange.models import OutboxEntry
from kini.exchange.public import outbox
from kini.people import queries


@action
def retry_job(*, by: Actor, job: int) -> None:
    """Retry a failed job now.

    Raises:
        NotAllowed: the actor is neither an operator nor the system.
        ActionRefused: the job has not failed, or its retry is already queued.
    """
    _require_operator(by)
    failed_job = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job, status="failed").first()
    if failed_job is None:
        raise ActionRefused(_("This job has not failed."))
    try:
        with transaction.atomic():
            procrastinate_internals.retry(job)
    except IntegrityError:
        raise ActionRefused(_("This job is already queued for a retry.")) from None
    audit.record(by=by, action="operator.job-retried", subject=f"job:{job}", detail={"task": failed_job.task_name})


@action
def replay_message(*, by: Actor, entry: int) -> None:
    """Send a dead letter of the outbox again.

    Raises:
        NotAllowed: the actor is neither an operator nor the system.
        ActionRefused: it is not a dead letter, or its destination is gone.
    """
    _require_operator(by)
    letter = outbox.replay(entry)
    audit.record(by=by, action="operator.message-replayed", subject=f"outbox:{entry}", detail=_about(letter))


@action
def discard_message(*, by: Actor, entry: int) -> None:
    """Discard a dead letter of the outbox, so that later messages about its subject are delivered.

    Raises as `replay_message` does.
    """
    _require_operator(by)
    letter = outbox.discard(entry)
    audit.record(by=by, action="operator.message-discarded", subject=f"outbox:{entry}", detail=_about(letter))


def _about(letter: OutboxEntry) -> dict[str, str]:
    return {"destination": letter.destination, "subject": letter.subject}


def _require_operator(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM and not queries.is_operator(by.user_id):
        raise NotAllowed(_("Only operators can do this."))
