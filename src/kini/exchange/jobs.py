"""Jobs of the outbox."""

from kini.core.jobs import job, periodic
from kini.exchange import outbox


@job(outbox.DELIVER, queue="exchange")
def deliver(destination: str) -> None:
    """Deliver what is due at a destination."""
    outbox.deliver(destination)


@periodic("* * * * *", name="exchange.enqueue_due")
def enqueue_due() -> None:
    """Take up entries whose wait is over."""
    outbox.enqueue_due()
