"""Actions of operators: retry a failed job."""

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people import queries

_AGAIN = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"


@action
def retry_job(*, by: Actor, job: int) -> None:
    """Retry a failed job now.

    Raises:
        NotAllowed: the actor is neither an operator nor the system.
        Refused: the job has not failed, or its retry is already queued.
    """
    if by.kind is not ActorKind.SYSTEM and not queries.is_operator(by.user_id):
        raise NotAllowed(_("Only operators can retry a job."))
    failed_job = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job, status="failed").first()
    if failed_job is None:
        raise ActionRefused(_("This job has not failed."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_AGAIN, [job])
    except IntegrityError:
        raise ActionRefused(_("This job is already queued for a retry.")) from None
    audit.record(by=by, action="operator.job-retried", subject=f"job:{job}", detail={"task": failed_job.task_name})
