"""Papers of a case beside its answers: a PDF or picture as the desk's own page may show it within itself."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from kini.cases import queries, read_log
from kini.cases.case_view import CaseView
from kini.cases.desk.guards import case_at_desk
from kini.cases.models import Attachment
from kini.cases.pages.documents import file_response
from kini.cases.permissions import CasePermission
from kini.core import files
from kini.people.public import officers_only

#: A sandbox would switch off the browser's PDF viewer; PDFs with scripts or actions were refused when they came.
PDF_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"


def papers_of(view: CaseView) -> list[Attachment]:
    """Files that the page can show beside the answers, in the order in which the page names them, each once."""
    return list({file.pk: file for file in _files(view)}.values())


def _files(view: CaseView) -> Iterator[Attachment]:
    rows: Iterable[tuple[Attachment, ...]] = (row.files for section in view.sections for row in section.rows)
    for named in (*rows, *(line.files for line in reversed(view.lines))):
        yield from named


@officers_only(CasePermission.SEE_CASES)
@require_safe
def paper(request: HttpRequest, reference: str, document: UUID) -> FileResponse:
    """Serve one file of the case inline, PDFs too, to a frame of this city alone; the read is logged."""
    actor, case = case_at_desk(request, reference, shown=False)
    try:
        stored = queries.document_for(actor, document)
    except Attachment.DoesNotExist:
        raise Http404 from None
    if stored.case_id != case.pk:
        raise Http404
    read_log.log_document(actor, stored)
    response = file_response(stored)
    if stored.content_type in files.PDF:
        response["Content-Disposition"] = response["Content-Disposition"].replace("attachment", "inline", 1)
        response["Content-Security-Policy"] = PDF_POLICY
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response
