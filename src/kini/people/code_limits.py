"""Limits on sign-in codes: how many are sent, and how often somebody may guess one.

Sending is limited; guessing makes codes longer. Nobody is locked out by the guesses of somebody else: once the guesses
at short codes are used up, the next code that is sent has twelve digits instead of six, works only in the browser that
asked for it, and is not counted among them. A device on which the account signed in before (`known_devices`) has
counters of its own, which strangers cannot use up; a passkey needs no code.

What a guesser can reach, for one account (test_code_limits.py computes the same):

* strangers: 10 guesses a day at six digits, one chance in 100,000 each day; a success of the owner gives none back;
* a remembered device: 40 a day each, of at most 10, only by who holds its cookie;
* long codes: at most 960 sent a day (10 in 15 minutes) with 5 tries each, 4,800 x 10^-12: nothing.

For the whole city: 1,000 guesses of strangers an hour at six digits, 24,000 a day: one account in 41 days of an attack
that the security log shows all the time (`limit-reached`); everybody goes on with long codes meanwhile.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kini.core import limits
from kini.core.actors import Refused
from kini.core.limits import Limit
from kini.people.contacts import Contact

SHORT_DIGITS, LONG_DIGITS = 6, 12
#: Wrong guesses that end one code.
TRIES_PER_CODE = 5
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

#: One person in front of one network, who may mistype or lose a message.
SENT_TO_CONTACT_FROM_NETWORK = (
    Limit("people.code-to-contact-from-network", count=5, seconds=15 * MINUTE),
    Limit("people.code-to-contact-from-network-day", count=20, seconds=DAY),
)
#: For one person, from all networks together: more would be harassment.
SENT_TO_CONTACT = Limit("people.code-to-contact", count=10, seconds=15 * MINUTE)
#: One person on a device on which they signed in before.
SENT_TO_DEVICE = Limit("people.code-to-device", count=5, seconds=15 * MINUTE)
#: One network. Thousands of phones can share a mobile operator's address, so it stops floods only.
SENT_FOR_NETWORK = Limit("people.code-for-network", count=300, seconds=HOUR)
#: The whole city: a bound on what somebody can make it pay. Text messages cost, e-mail does not; remembered devices are
#: counted apart, so that a flood from strange ones stops none of them.
SENT_IN_ALL = {
    "phone": Limit("people.sms-codes-in-all", count=20_000, seconds=HOUR),
    "email": Limit("people.e-mail-codes-in-all", count=100_000, seconds=HOUR),
}
SENT_TO_DEVICES_IN_ALL = Limit("people.device-codes-in-all", count=20_000, seconds=HOUR)

#: Guesses at short codes by strange devices: for one contact, from one network, in the whole city.
GUESSES_FOR_CONTACT = Limit("people.code-guesses", count=10, seconds=DAY)
GUESSES_FROM_NETWORK = Limit("people.code-guesses-from-network", count=60, seconds=HOUR)
GUESSES_IN_ALL = Limit("people.code-guesses-in-all", count=1_000, seconds=HOUR)
#: Guesses at short codes on a remembered device.
GUESSES_ON_DEVICE = (
    Limit("people.code-guesses-on-device", count=10, seconds=30 * MINUTE),
    Limit("people.code-guesses-on-device-day", count=40, seconds=DAY),
)


class CodeUsedUp(Refused):
    """A short code that may not be guessed any more; the next one is longer."""

    def __init__(self) -> None:
        super().__init__(_("This code can no longer be used. Ask for a new one: it is longer, and works."))


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks for a code or types one.

    Attributes:
        network: `client_network` of the request.
        device: hash of the device when the contact's account signed in there before; empty: a strange one.
    """

    contact: Contact
    network: str
    device: str = ""

    @property
    def _on_device(self) -> str:
        return f"{self.contact.value} {self.device}"

    def sending(self) -> Iterator[tuple[Limit, str]]:
        """The counters of a code that is sent."""
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
        """The counters of a guess at a short code."""
        if self.device:
            yield from ((limit, self._on_device) for limit in GUESSES_ON_DEVICE)
            return
        yield GUESSES_FOR_CONTACT, self.contact.value
        yield GUESSES_FROM_NETWORK, self.network
        yield GUESSES_IN_ALL, "all"


def count_sending(asker: Asker) -> None:
    """Count one code that is about to be sent.

    Raises:
        TooMany: when it is one too many, saying when to try again.
    """
    for limit, key in asker.sending():
        limits.require(limit, key)


def digits_for(asker: Asker) -> int:
    """Compute the length of the next code: long once any of its guesses are used up."""
    return LONG_DIGITS if limits.any_spent(asker.guessing()) else SHORT_DIGITS


def count_guess(asker: Asker, digits: int) -> None:
    """Count one code that was typed, right or wrong. A new code or session does not reset the count.

    Raises:
        CodeUsedUp: when it is a short one and the guesses at those are used up.
    """
    if digits >= LONG_DIGITS:
        return
    within = [limits.hit(limit, key) for limit, key in asker.guessing()]
    if not all(within):
        raise CodeUsedUp


def return_guess(asker: Asker, digits: int) -> None:
    """Take back the count of a right code. Guesses of others stay counted."""
    if digits < LONG_DIGITS:
        for limit, key in asker.guessing():
            limits.give_back(limit, key)
