"""Recipients of messages: an account, or a resident without one."""

from dataclasses import dataclass

from kini.city.public import pack
from kini.messages.models import Message
from kini.people.models import Resident, User


@dataclass(frozen=True, slots=True)
class Recipient:
    """Recipient of messages. `resident` provides contact data that the account lacks."""

    user: User | None = None
    resident: Resident | None = None

    @property
    def language(self) -> str:
        return (self.user.language if self.user else "") or pack.current().languages[0]

    @property
    def phone(self) -> str:
        return (self.user and self.user.phone) or (self.resident.phone if self.resident else "")

    @property
    def email(self) -> str:
        return (self.user and self.user.email) or (self.resident.email if self.resident else "")

    @property
    def postal(self) -> Resident | None:
        """The resident, if their postal address is known."""
        return self.resident if self.resident and self.resident.address else None

    @property
    def is_reachable(self) -> bool:
        """Return whether the person can be reached at all."""
        return bool((self.user and self.user.is_active) or self.phone or self.email)


def recipient_of(message: Message) -> Recipient:
    """Recipient of a stored message."""
    return Recipient(message.user, message.resident)
