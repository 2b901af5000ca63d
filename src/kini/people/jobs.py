"""Jobs: find likely duplicates every hour; the one of releases up to 0.1 that asked the identity register."""

from time import monotonic

from django.db import transaction

from kini.core.actors import system
from kini.core.jobs import job, periodic
from kini.people import actions
from kini.people.identity_registers.base import put_check
from kini.people.models import RegisterCheck


@job("people.ask_register", queue="registers")
def ask_register(check: int) -> None:
    """Store a pending check in the outbox, once."""
    with transaction.atomic():
        if pending := RegisterCheck.objects.filter(pk=check, state="asked").first():
            put_check(pending)


#: Seconds after which a run leaves the rest to the next one: some 1,000 persons (600 took 41 s on two busy cores).
LONGEST_RUN = 60


@periodic("23 * * * *", name="people.find_duplicates")
def find_duplicates() -> None:
    """Compare persons who are new or changed with all others, the newest first."""
    end = monotonic() + LONGEST_RUN
    while actions.find_duplicates(by=system("duplicates")) and monotonic() < end:
        pass
