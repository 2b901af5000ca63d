"""Job that asks the identity register."""

from kini.core.actors import system
from kini.core.jobs import job
from kini.people import actions
from kini.people.actions.register_checks import ASK
from kini.people.identity_registers.base import RegisterUnavailable, claim_of, configured_register
from kini.people.models import RegisterCheck


@job(ASK, queue="registers")
def ask_register(check: int) -> None:
    """Ask the register, outside any transaction. Retries send the same reference."""
    pending, by = RegisterCheck.objects.filter(pk=check, state="asked").first(), system(ASK)
    if pending is None:
        return
    register = configured_register()
    try:
        if register is None:
            raise RegisterUnavailable("not configured")
        answer = register.verify(claim_of(pending))
    except RegisterUnavailable:
        actions.record_register_failure(by=by, check=pending)
    else:
        actions.record_register_answer(by=by, check=pending, answer=answer)
