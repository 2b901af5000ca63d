"""Queries of letters: by case, by code, and waiting ones."""

from django.db.models import QuerySet

from kini.cases.models import Case
from kini.city.models import Agency
from kini.letters.models import Letter, LetterState


def of_case(case: Case) -> list[Letter]:
    """Letters of a case, latest first, with documents and successors. One query."""
    return list(case.letters.select_related("document", "successor", "case").order_by("-ordinal"))


def valid_letter_of_case(case: Case) -> Letter | None:
    """Valid letter of a case."""
    return case.letters.filter(state=LetterState.VALID).select_related("document", "case").last()


def of_code(code: str) -> Letter | None:
    """Signed letter with this code; None while it waits."""
    related = ("case__version", "case__service", "agency", "successor")
    letters = Letter.objects.select_related(*related).defer("case__version__content")
    return letters.filter(code=code, document__isnull=False).first()


def unsigned_letters() -> QuerySet[Letter]:
    """Letters to be signed, oldest first."""
    return Letter.objects.filter(state=LetterState.WAITING).select_related("case").order_by("issued_at")


def signing_agencies() -> list[Agency]:
    """Agencies that may have letters to sign: any case can be passed on to any agency."""
    return list(Agency.objects.filter(active=True).order_by("pk"))
