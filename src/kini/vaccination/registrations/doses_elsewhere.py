"""Doses given elsewhere, before the rules are asked: rooms above fetch them, and never hold up a page for it."""

from collections.abc import Callable
from dataclasses import dataclass

from kini.core.registry import Registry
from kini.people.models import Person


@dataclass(frozen=True, slots=True)
class ElsewhereNote:
    """Sentence for a page that shows eligibility: how fresh the doses of other places are.

    Attributes:
        tone: of a notice.
        link, link_text: page on which the person can do something about it.
    """

    sentence: str
    tone: str = "info"
    link: str = ""
    link_text: str = ""


#: Each is called when somebody is about to see the eligibility of a person: it begins to fetch where that is agreed and
#: due, at once returns what to say about it, and None where nothing is to be said.
doses_elsewhere: Registry[Callable[[Person], ElsewhereNote | None]] = Registry("source of doses given elsewhere")


def notes_on(person: Person) -> list[ElsewhereNote]:
    """Begin to fetch the doses of a person, and return what to say about them."""
    return [note for look in doses_elsewhere if (note := look(person))]
