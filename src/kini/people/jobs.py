"""Job that asks the identity register."""

from kini.core.actors import system
from kini.core.jobs import job
from kini.people import actions
from kini.people.actions.register_checks import ASK
from kini.people.identity_registers.base import RegisterUnavailable
from kini.people.identity_registers.claims import claim_of
from kini.people.identity_registers.configured import configured_register
from kini.people.models import RegisterCheck


@job(ASK, queue="registers")
def ask_register(check: int) -> None:
    """Ask the register, outside any transaction. Retries send the same reference."""
    found, by = RegisterCheck.objects.filter(pk=check, state="asked").first(), system(ASK)
    if found is None:
        return
    asked = configured_register()
    try:
        if asked is None:
            raise RegisterUnavailable("not configured")
        answer = asked.verify(claim_of(found))
    except RegisterUnavailable:
        actions.record_register_failure(by=by, check=found)
    else:
        actions.record_register_answer(by=by, check=found, answer=answer)
