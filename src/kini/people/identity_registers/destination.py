"""The identity register as a destination of the outbox."""

from datetime import timedelta
from typing import Any

from kini.core.actors import system
from kini.exchange.public import Destination, OutgoingMessage, Receipt, TemporaryFailure
from kini.people import actions
from kini.people.identity_registers.base import RegisterAnswer, RegisterUnavailable, claim_of, configured_register
from kini.people.models import RegisterCheck

BY = system("people.ask_register")


class RegisterDestination(Destination):
    """Sends a check while the person waits: four tries within about half an hour, then it ends as unavailable."""

    max_age = timedelta(minutes=40)
    waits = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25), timedelta(minutes=25))

    def send(self, message: OutgoingMessage) -> Receipt:
        check = _pending(message)
        if check is None:
            return {}
        register = configured_register()
        try:
            if register is None:
                raise RegisterUnavailable("no register is configured")
            answer = register.verify(claim_of(check))
        except RegisterUnavailable as failure:
            raise TemporaryFailure(str(failure)) from None
        return {"result": answer.result, "receipt": answer.receipt}

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        if receipt and (check := _pending(message)):
            actions.record_register_answer(by=BY, check=check, answer=RegisterAnswer(**receipt))

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        if check := _pending(message):
            actions.record_register_failure(by=BY, check=check)


def _pending(message: OutgoingMessage) -> RegisterCheck | None:
    payload: dict[str, Any] = message.payload
    return RegisterCheck.objects.filter(pk=payload["check"], state="asked").first()
