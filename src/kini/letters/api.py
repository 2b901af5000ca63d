"""API of letters: the letters of one's own cases, and their files."""

from datetime import datetime
from uuid import UUID

from django.http import FileResponse, HttpRequest
from pydantic import Field

from kini.api.auth import principal_of
from kini.api.operations import Out, Router
from kini.cases.public import READ, own_case
from kini.documents.models import SignedDocument
from kini.documents.public import signed_file_response
from kini.letters import queries

router = Router()


class LetterOut(Out):
    """A letter that carries the result of a case."""

    id: str
    title: str
    state: str = Field(description="valid, waiting (not signed yet), replaced or withdrawn.")
    issued_at: datetime
    code: str | None = Field(description="Code for verification at /v/CODE; null until it is signed.")


class LettersOut(Out):
    """The letters of a case, the latest first."""

    letters: list[LetterOut]


@router.get("/cases/{reference}/letters", needs=READ)
def list_letters(request: HttpRequest, reference: str) -> LettersOut:
    """The letters of a case."""
    letters = queries.of_case(own_case(principal_of(request), reference))
    return LettersOut(letters=[_letter_out(letter.signed_document) for letter in letters])


@router.get("/cases/{reference}/letters/{uuid:letter}", needs=READ, media="application/pdf")
def read_letter(request: HttpRequest, reference: str, letter: UUID) -> FileResponse:
    """File of a valid letter (signed PDF)."""
    case = own_case(principal_of(request), reference)
    return signed_file_response(case.letters.select_related("signed_document").get(pk=letter).signed_document)


def _letter_out(document: SignedDocument) -> LetterOut:
    return LetterOut(
        id=str(document.pk),
        title=document.title,
        state=str(document.state),
        issued_at=document.issued_at,
        code=document.code if document.signed_at else None,
    )
