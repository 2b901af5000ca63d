"""Files of cases and drafts for those who may see them, served so that no content is executed."""

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from kini.cases import queries, read_log
from kini.cases.models import Attachment
from kini.cases.pages.guards import guest_key, owner_only
from kini.people.queries import actor_for
from kini.web.downloads import stored_file_response


@owner_only
@require_safe
def document(request: HttpRequest, document: UUID, draft: UUID | None = None, reference: str = "") -> FileResponse:
    """Serve one file: pictures inline, everything else as download."""
    stored = queries.document_for(actor_for(request), document, guest_key(request, reference))
    belongs = stored.draft_id == draft if draft else bool(stored.case and stored.case.reference == reference)
    draft_of_case = stored.draft and stored.draft.case and stored.draft.case.reference == reference
    if not (belongs or draft_of_case):
        raise Attachment.DoesNotExist
    read_log.log_document(actor_for(request), stored, guest_key(request, reference))
    return file_response(stored)


def file_response(document: Attachment) -> FileResponse:
    """Response with a document's file.

    Raises:
        Http404: when the file is lost.
        FileDamaged: when it was changed on the disk.
    """
    return stored_file_response(
        document.sha256, name=document.name, content_type=document.content_type, size=document.size
    )
