"""File of a signed document, for those who may read it."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.actors import NotAllowed
from kini.documents.document_types import document_types
from kini.documents.models import DocumentState, SignedDocument
from kini.documents.rules import download_name
from kini.people.queries import actor_for
from kini.web.downloads import stored_file_response


@never_cache
@require_safe
def document_file(request: HttpRequest, document: UUID) -> FileResponse:
    """Signed PDF of a valid document; somebody who may not read it is told that there is none."""
    stored = get_object_or_404(SignedDocument, pk=document)
    try:
        document_types.get(stored.type).authorize_read(by=actor_for(request), document=stored)
    except NotAllowed:
        raise Http404 from None
    return signed_file_response(stored)


def signed_file_response(document: SignedDocument) -> FileResponse:
    """Response with the file of a valid document. The caller has checked that the reader may have it.

    Raises:
        Http404: if the document is not valid, or its file was removed after its term.
        FileDamaged: when the file was changed on the disk.
    """
    if document.state != DocumentState.VALID or not document.sha256:
        raise Http404
    name = download_name(document.title, document.number)
    return stored_file_response(document.sha256, name=name, content_type="application/pdf", size=document.size)
