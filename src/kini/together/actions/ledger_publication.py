"""Publication of the public ledger, day by day."""

from datetime import timedelta

import structlog

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.database.prepared_statements import execute_prepared
from kini.documents.public import sign_data, signing_keys
from kini.together import head_signatures, public_ledger
from kini.together.models import PublishedDay, SignedHead
from kini.web.formats import today

log = structlog.get_logger()
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


@action
def sign_heads(*, by: Actor) -> int:
    """Sign the heads of published days; returns their number. Without a key they wait for the next run.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    execute_prepared(_LOCK)
    agency, signed = head_signatures.signing_agency(), 0
    if agency is None:
        return 0
    for day in head_signatures.unsigned_days():
        statement = head_signatures.statement_of(day)
        try:
            signature = sign_data(agency, statement.encode())
        except signing_keys.KeyUnavailable as reason:
            log.error("heads of the ledger of help wait for a signature", agency=agency, reason=str(reason))
            break
        now = current_time.now()
        SignedHead.objects.create(day=day, statement=statement, signature=signature, signed_at=now)
        signed += 1
    if signed:
        audit.record(by=by, action="together.heads-signed", subject="together-ledger:heads", detail={"days": signed})
    return signed
