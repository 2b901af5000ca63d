"""Reads of letters: those of a case, the one of a code, and those that wait."""

from django.db.models import QuerySet

from kini.cases.models import Case
from kini.city.models import Agency
from kini.letters.models import Letter, LetterState


def of_case(case: Case) -> list[Letter]:
    """The letters of a case, the latest first, with their files and successors. One query."""
    return list(case.letters.select_related("document", "successor", "case").order_by("-ordinal"))


def current_of(case: Case) -> Letter | None:
    """The letter of a case that is valid."""
    return case.letters.filter(state=LetterState.VALID).select_related("document", "case").last()


def of_code(code: str) -> Letter | None:
    """The letter that a paper with this code is; none for one that nobody has been given."""
    related = ("case__version", "case__service", "agency", "successor")
    found = Letter.objects.select_related(*related).defer("case__version__content")
    return found.filter(code=code, document__isnull=False).first()


def waiting() -> QuerySet[Letter]:
    """Letters that are decided and not signed, the oldest first."""
    return Letter.objects.filter(state=LetterState.WAITING).select_related("case").order_by("issued_at")


def signing_agencies() -> list[Agency]:
    """Every agency that may have letters to sign: a case of any service can be passed on to it."""
    return list(Agency.objects.filter(active=True).order_by("pk"))
