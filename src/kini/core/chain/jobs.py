"""Scheduled sealing of chains."""

from kini.core import chain
from kini.core.chain import heads
from kini.core.jobs import periodic


@periodic("* * * * *", name="core.seal_chains")
def seal_chains() -> None:
    """Seal new rows of every chained table (in the first run all rows), and ship the heads."""
    chain.seal_all()
    heads.ship_all()
