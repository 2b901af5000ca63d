"""Registry of the purposes of consents: each room registers what it asks people for."""

from dataclasses import dataclass

from django.utils.functional import Promise

from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class ConsentPurpose:
    """Purpose for which a person's consent is asked.

    Attributes:
        id: "room.purpose"; stored, so it must not change.
        label: "Comparing your data with registers".
        words: sentence to which the person agrees, where a room asks with no words of its own.
        about: what is done with the data, and who gets it.
        without: what happens after the consent is withdrawn.
        days: term of a consent, at most five years.
        guardian_only: an adult agrees for a child; a child's own word does not count.
    """

    id: str
    label: str | Promise
    words: str | Promise
    about: str | Promise
    without: str | Promise
    days: int = 365
    guardian_only: bool = False


consent_purposes: Registry[ConsentPurpose] = Registry("purpose of a consent")
