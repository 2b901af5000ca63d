"""Work that nobody waits for."""

from kini.core.actors import system
from kini.core.jobs import every
from kini.people import actions


@every("37 3 * * *", name="people.remove_unused_accounts")
def remove_unused_accounts() -> None:
    """A number for which a code was asked and never used does not stay."""
    actions.remove_unused_accounts(by=system("people.remove_unused_accounts"))
