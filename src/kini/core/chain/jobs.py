"""Scheduled sealing of chains."""

from kini.core import chain
from kini.core.chain import heads
from kini.core.jobs import every


@every("* * * * *", name="core.seal_chains")
def seal_chains() -> None:
    """Seal the new rows of every chained table, at the first run all of its history, and ship the heads out."""
    chain.seal_all()
    heads.ship_all()
