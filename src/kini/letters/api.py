"""API of letters: the letters of one's own cases, and their files."""

from datetime import datetime
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from pydantic import Field

from kini.api.auth import principal_of
from kini.api.operations import Out, Router
from kini.cases.public import READ, file_response, own_case
from kini.letters import queries
from kini.letters.models import Letter

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
    return LettersOut(
        letters=[_letter_out(letter) for letter in queries.of_case(own_case(principal_of(request), reference))]
    )


@router.get("/cases/{reference}/letters/{uuid:letter}", needs=READ, media="application/pdf")
def read_letter(request: HttpRequest, reference: str, letter: UUID) -> FileResponse:
    """File of a valid letter (signed PDF)."""
    current = Letter.objects.select_related("document").get(pk=letter, case=own_case(principal_of(request), reference))
    if current.document is None or not current.document.sha256 or current.state != "valid":
        raise Http404
    return file_response(current.document)


def _letter_out(letter: Letter) -> LetterOut:
    return LetterOut(
        id=str(letter.pk),
        title=letter.title,
        state=str(letter.state),
        issued_at=letter.issued_at,
        code=letter.code if letter.document_id else None,
    )
