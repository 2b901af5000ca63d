"""What operators may do: let a job run again that was given up."""

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.people import queries

_AGAIN = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"


@action
def retry_job(*, by: Actor, job: int) -> None:
    """Let a failed job run once more, now.

    Raises:
        NotAllowed: when anybody but an operator asks.
        Refused: when it did not fail, or its next turn waits already.
    """
    if by.kind is not ActorKind.SYSTEM and not queries.is_operator(by.user_id):
        raise NotAllowed(_("Only operators let a job run again."))
    found = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job, status="failed").first()
    if found is None:
        raise Refused(_("This job has not failed."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AGAIN, [job])
    except IntegrityError:
        raise Refused(_("The next turn of this job waits already.")) from None
    audit.record(by=by, action="operator.job-retried", subject=f"job:{job}", detail={"task": found.task_name})
