"""Job of releases up to 0.1 that asked the identity register; those that wait move to the outbox."""

from django.db import transaction

from kini.core.jobs import job
from kini.people.identity_registers.base import put_check
from kini.people.models import RegisterCheck


@job("people.ask_register", queue="registers")
def ask_register(check: int) -> None:
    """Store a pending check in the outbox, once."""
    with transaction.atomic():
        if pending := RegisterCheck.objects.filter(pk=check, state="asked").first():
            put_check(pending)
