"""Question pages, answered in any order, saved at once, on any device."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from kini.cases import actions
from kini.cases.pages import entries, forms
from kini.cases.pages.drawing import draw
from kini.cases.pages.forms import Errors, Sent
from kini.cases.pages.visiting import SeeOther, personal
from kini.cases.pages.walks import Walk, walk_of
from kini.core import upload_limits
from kini.core.actors import Refused
from kini.services import questions
from kini.services.fields.uploads import UploadField
from kini.services.versions import ResolvedPage
from kini.web.refusals import status_of

#: Button that removes a file.
REMOVE = "remove"
#: Refusals that do not depend on the file: rate limit, no decoder, disk full.
NOT_THE_FILE = (429, 503, 507)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, key: str, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Show one question page, or for a repeated page its list of entries."""
    walk = walk_of(request, draft=draft, reference=reference)
    page = walk.page(key)
    if page.repeat:
        return entries.listed(request, walk, page)
    if request.method != "POST":
        return draw(request, walk, page, questions.form_values(page, walk.answers), {})
    sent = forms.read(request)
    removed, walk, refused, status = _files(request, walk, page, sent)
    if removed and len(page.fields) == 1 and not refused:
        return SeeOther(walk.question(key))
    taken = questions.take(page, sent.form, walk.answers, stored=_slots(walk, page), beside=frozenset({REMOVE}))
    errors = refused if removed else taken.errors | forms.unreadable(sent, page.fields) | refused
    if removed or errors:
        response = draw(request, walk, page, taken.typed, errors)
        response.status_code = status or response.status_code
        return response
    actions.save_answers(by=walk.actor, draft=walk.draft, page=key, values=taken.values, guest_key=walk.guest_key)
    return SeeOther(walk.anew().after(key))


def _files(request: HttpRequest, walk: Walk, page: ResolvedPage, sent: Sent) -> tuple[bool, Walk, Errors, int]:
    """Remove a file or store the uploaded ones.

    Returns:
        Whether one was taken away, the walk as it is now, errors by field, and the status of a refusal that is not the
        file's fault (0: none).
    """
    if not forms.takes_files(page.fields.values()):
        return False, walk, {}, 0
    removed = _detach(walk, sent)
    walk = walk.anew() if removed else walk
    refusals = _attach(request, walk, page, sent)
    status = next((status for each in refusals.values() if (status := status_of(each)) in NOT_THE_FILE), 0)
    return removed, walk.anew(), {name: str(refusal) for name, refusal in refusals.items()}, status


def _detach(walk: Walk, sent: Sent) -> bool:
    """Remove a file if requested; a file already removed is no error."""
    wanted = sent.form.text(REMOVE)
    if wanted in walk.documents:
        actions.detach(by=walk.actor, draft=walk.draft, document=walk.documents[wanted], guest_key=walk.guest_key)
    return bool(wanted)


def _attach(request: HttpRequest, walk: Walk, page: ResolvedPage, sent: Sent) -> dict[str, Refused]:
    """Store the uploaded files; return refusals by field."""
    refused: dict[str, Refused] = {}
    for name, each in page.fields.items():
        there = [document for document in walk.documents.values() if document.slot == name]
        for upload in forms.chosen(sent, name) if isinstance(each, UploadField) else ():
            if forms.is_there(upload, there):
                continue
            try:
                upload_limits.require(request, [upload], user=walk.actor.user_id)
                there.append(
                    actions.attach(by=walk.actor, draft=walk.draft, slot=name, upload=upload, guest_key=walk.guest_key)
                )
            except Refused as refusal:
                refused[name] = refusal
    return refused


def _slots(walk: Walk, page: ResolvedPage) -> dict[str, list[str]]:
    """Ids of the files in the page's upload fields."""
    return {
        name: [pk for pk, document in walk.documents.items() if document.slot == name]
        for name, each in page.fields.items()
        if isinstance(each, UploadField)
    }
