"""Job: remind the heads every day of emergency accesses that nobody has judged."""

from datetime import timedelta

from kini.core import current_time
from kini.core.jobs import periodic
from kini.people.public import access_purposes
from kini.records.models import BreakGlass
from kini.records.notifications import REMINDER, notify_reviewer, reviewers_of
from kini.web.formats import today


@periodic("41 1 * * *", name="records.remind_reviewers")
def remind_reviewers() -> None:
    """Remind the heads of accesses that waited longer than the pack allows, once a day."""
    days = access_purposes.break_glass_limits().review_within_days
    before, day = current_time.now() - timedelta(days=days), today().isoformat()
    late = BreakGlass.objects.filter(reviewed_at=None, opened_at__lt=before).select_related("officer")
    for access in late.order_by("opened_at"):
        for head in reviewers_of(access):
            notify_reviewer(head, access, REMINDER, f"emergency:{access.pk}:{day}")
