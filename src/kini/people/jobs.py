"""Job that asks the identity register."""

from kini.core.actors import system
from kini.core.jobs import job
from kini.people import actions
from kini.people.actions.registers import ASK
from kini.people.models import RegisterCheck
from kini.people.registers.base import RegisterUnavailable
from kini.people.registers.claims import claim_of
from kini.people.registers.configured import register


@job(ASK, queue="registers")
def ask_register(check: int) -> None:
    """Ask the register, outside any transaction. Retries send the same reference."""
    found, by = RegisterCheck.objects.filter(pk=check, state="asked").first(), system(ASK)
    if found is None:
        return
    asked = register()
    try:
        if asked is None:
            raise RegisterUnavailable("not configured")
        answer = asked.verify(claim_of(found))
    except RegisterUnavailable:
        actions.note_register_silence(by=by, check=found)
    else:
        actions.note_register_answer(by=by, check=found, answer=answer)
