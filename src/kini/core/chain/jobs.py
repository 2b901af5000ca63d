"""The clock of the chains."""

from kini.core import chain
from kini.core.jobs import every


@every("* * * * *", name="core.seal_chains")
def seal_chains() -> None:
    """Seal the new rows of every chained table. At the first run that is all of its history."""
    chain.seal_all()
