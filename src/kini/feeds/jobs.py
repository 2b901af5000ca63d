"""Jobs: poll the sources of feeds."""

from kini.core.actors import system
from kini.core.jobs import every, job, store
from kini.feeds import actions, loading

BY = system("feeds")


@job("feeds.look", queue="feeds")
def look(name: str) -> None:
    loading.look(by=BY, name=name)


@every("* * * * *", name="feeds.look_at_due")
def look_at_due() -> None:
    """Store a job for each due feed, so that a slow source does not delay the others."""
    store(look, [{"name": name} for name in actions.claim_due(by=BY)])
