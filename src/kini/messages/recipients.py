"""Who is told: an account, or a resident without one."""

from dataclasses import dataclass

from kini.city import pack
from kini.messages.models import Message
from kini.people.models import Resident, User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to tell. With an account the message stands in its inbox; `resident` lends what the account lacks."""

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
        """Whose house number is known."""
        return self.resident if self.resident and self.resident.address else None

    @property
    def known(self) -> bool:
        """Whether there is any way to tell them."""
        return bool((self.user and self.user.is_active) or self.phone or self.email)


def person_of(message: Message) -> Person:
    """Whom a stored message is for."""
    return Person(message.user, message.resident)
