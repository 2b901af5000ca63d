"""Jobs: poll the sources of feeds."""

from kini.core.actors import system
from kini.core.jobs import enqueue_all, job, periodic
from kini.feeds import actions, importer

BY = system("feeds")


@job("feeds.look", queue="feeds")
def poll_feed(name: str) -> None:
    importer.poll_source(by=BY, name=name)


@periodic("* * * * *", name="feeds.look_at_due")
def poll_due_feeds() -> None:
    """Store a job for each due feed, so that a slow source does not delay the others."""
    enqueue_all(poll_feed, [{"name": name} for name in actions.claim_due_feeds(by=BY)])
