"""Rate limits of sign-in codes: codes sent, and guesses.

Sending is limited; guessing makes codes longer. An attacker cannot lock anybody out: once the guesses at short codes
are used up, the next code has twelve digits instead of six, works only in the browser that requested it, and its
guesses are not counted. A device on which the account signed in before (`known_devices`) has counters of its own,
which strangers cannot exhaust; a passkey needs no code.

Chances of an attacker against one account (test_code_limits.py computes the same):

* from unknown devices: 10 guesses a day at six digits, 1 in 100,000 a day; the owner's success gives none back;
* from a known device: 40 a day each, at most 10 devices, and only with the device's cookie;
* at long codes: at most 960 codes a day (10 in 15 minutes) with 5 tries each, 4,800 x 10^-12: negligible.

Against the whole city: 1,000 guesses an hour from unknown devices at six digits, 24,000 a day: one account in 41 days
of an attack that the security log shows throughout (`limit-reached`); everybody else uses long codes meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import Limit
from kini.people.contacts import Contact

SHORT_DIGITS, LONG_DIGITS = 6, 12
#: Wrong guesses that end one code.
TRIES_PER_CODE = 5
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

#: One contact from one network: room for typing errors and lost messages.
SENT_TO_CONTACT_FROM_NETWORK = (
    Limit("people.code-to-contact-from-network", count=5, seconds=15 * MINUTE),
    Limit("people.code-to-contact-from-network-day", count=20, seconds=DAY),
)
#: One contact from all networks: more would be harassment.
SENT_TO_CONTACT = Limit("people.code-to-contact", count=10, seconds=15 * MINUTE)
#: One contact on a known device.
SENT_TO_DEVICE = Limit("people.code-to-device", count=5, seconds=15 * MINUTE)
#: One network. Thousands of phones can share a mobile operator's address, so this stops floods only.
SENT_FOR_NETWORK = Limit("people.code-for-network", count=300, seconds=HOUR)
#: The whole city: a bound on the cost of an attack (text messages cost, e-mail does not). Known devices are counted
#: separately, so that a flood from unknown ones does not stop them.
SENT_IN_ALL = {
    "phone": Limit("people.sms-codes-in-all", count=20_000, seconds=HOUR),
    "email": Limit("people.e-mail-codes-in-all", count=100_000, seconds=HOUR),
}
SENT_TO_DEVICES_IN_ALL = Limit("people.device-codes-in-all", count=20_000, seconds=HOUR)

#: Guesses at short codes from unknown devices: per contact, per network, in the whole city.
GUESSES_FOR_CONTACT = Limit("people.code-guesses", count=10, seconds=DAY)
GUESSES_FROM_NETWORK = Limit("people.code-guesses-from-network", count=60, seconds=HOUR)
GUESSES_IN_ALL = Limit("people.code-guesses-in-all", count=1_000, seconds=HOUR)
#: Guesses at short codes on a known device.
GUESSES_ON_DEVICE = (
    Limit("people.code-guesses-on-device", count=10, seconds=30 * MINUTE),
    Limit("people.code-guesses-on-device-day", count=40, seconds=DAY),
)


class GuessesExhausted(ActionRefused):
    """No guesses are left for short codes; the next code is longer."""

    def __init__(self) -> None:
        super().__init__(_("This code can no longer be used. Ask for a new one: it is longer, and works."))


@dataclass(frozen=True, slots=True)
class CodeRequester:
    """Client that requests a code or types one.

    Attributes:
        network: `client_network` of the request.
        device: hash of the device if the contact's account signed in there before; empty: unknown device.
    """

    contact: Contact
    network: str
    device: str = ""

    @property
    def _on_device(self) -> str:
        return f"{self.contact.value} {self.device}"

    def sending(self) -> Iterator[tuple[Limit, str]]:
        """Yield the limits, with their keys, that count a sent code."""
        if self.device:
            yield SENT_TO_DEVICE, self._on_device
            yield SENT_TO_DEVICES_IN_ALL, "all"
            return
        for limit in SENT_TO_CONTACT_FROM_NETWORK:
            yield limit, f"{self.contact.value} {self.network}"
        yield SENT_TO_CONTACT, self.contact.value
        yield SENT_FOR_NETWORK, self.network
        yield SENT_IN_ALL[self.contact.kind], "all"

    def guessing(self) -> Iterator[tuple[Limit, str]]:
        """Yield the limits, with their keys, that count a guess at a short code."""
        if self.device:
            yield from ((limit, self._on_device) for limit in GUESSES_ON_DEVICE)
            return
        yield GUESSES_FOR_CONTACT, self.contact.value
        yield GUESSES_FROM_NETWORK, self.network
        yield GUESSES_IN_ALL, "all"


def count_sent_code(asker: CodeRequester) -> None:
    """Count one code that is about to be sent.

    Raises:
        TooManyAttempts: above a limit; the message says when to try again.
    """
    for limit, key in asker.sending():
        attempt_limits.consume(limit, key)


def digits_for(asker: CodeRequester) -> int:
    """Compute the length of the next code: long once any limit of guesses is reached."""
    return LONG_DIGITS if attempt_limits.any_exhausted(asker.guessing()) else SHORT_DIGITS


def count_guess(asker: CodeRequester, digits: int) -> None:
    """Count one typed code, right or wrong. A new code or session does not reset the count.

    Raises:
        CodeUsedUp: for a short code without guesses left.
    """
    if digits >= LONG_DIGITS:
        return
    within = [attempt_limits.try_consume(limit, key) for limit, key in asker.guessing()]
    if not all(within):
        raise GuessesExhausted


def return_guess(asker: CodeRequester, digits: int) -> None:
    """Uncount a right code. Other guesses stay counted."""
    if digits < LONG_DIGITS:
        for limit, key in asker.guessing():
            attempt_limits.release(limit, key)
