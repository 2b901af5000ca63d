"""The local press as a destination of the outbox."""

import httpx

from kini.core.actors import system
from kini.exchange.public import Destination, OutgoingMessage, Receipt, TemporaryFailure
from tests.plugin_noticeboard import actions
from tests.plugin_noticeboard.environment import NoticeboardEnvironment


class Press(Destination):
    def send(self, message: OutgoingMessage) -> Receipt:
        address = NoticeboardEnvironment.current().noticeboard_press
        try:
            answer = httpx.post(address, json=message.payload, headers={"Idempotency-Key": message.key}, timeout=10)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise TemporaryFailure(f"the press did not take it ({type(error).__name__})") from None
        return {"receipt": answer.json()["receipt"]}

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        actions.record_receipt(by=system("press"), notice=message.payload["notice"], receipt=receipt["receipt"])
