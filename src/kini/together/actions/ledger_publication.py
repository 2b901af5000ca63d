"""Publication of the public ledger, day by day."""

from datetime import timedelta

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.database.prepared_statements import execute_prepared
from kini.together import public_ledger
from kini.together.models import PublishedDay
from kini.web.formats import today

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('together.public-ledger'))"


@action
def publish_days(*, by: Actor) -> int:
    """Publish all days that are over and not yet published, in order; returns the number of new rows.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    execute_prepared(_LOCK)
    last = PublishedDay.objects.order_by("-day").first()
    day = last.day + timedelta(days=1) if last else public_ledger.first_day()
    rows = 0
    while day is not None and day < today():
        public_ledger.add_pending(public_ledger.movements_of(day))
        number, head, added = public_ledger.publish_pending(day)
        PublishedDay.objects.create(day=day, last_number=number, head=head, published_at=current_time.now())
        rows, day = rows + added, day + timedelta(days=1)
    if rows:
        audit.record(by=by, action="together.ledger-published", subject="together-ledger:rows", detail={"rows": rows})
    return rows
