"""Question pages: one thing a page, answered in any order, kept at once, on any device."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from kini.cases import actions
from kini.cases.pages import entries, forms
from kini.cases.pages.drawing import draw
from kini.cases.pages.forms import Errors, Sent
from kini.cases.pages.visiting import SeeOther, personal
from kini.cases.pages.walks import Walk, walk_of
from kini.core.actors import Refused
from kini.services import questions
from kini.services.fields.uploads import UploadField
from kini.services.versions import ResolvedPage

#: A button beside the fields, which takes a file away again.
REMOVE = "remove"


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, key: str, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """One page of questions; of a page that is answered several times the list of its entries."""
    walk = walk_of(request, draft=draft, reference=reference)
    page = walk.page(key)
    if page.repeat:
        return entries.listed(request, walk, page)
    if request.method != "POST":
        return draw(request, walk, page, questions.form_values(page, walk.answers), {})
    sent = forms.read(request)
    removed, walk, refused = _files(walk, page, sent)
    if removed and len(page.fields) == 1 and not refused:
        return SeeOther(walk.question(key))
    taken = questions.take(page, sent.form, walk.answers, stored=_slots(walk, page), beside=frozenset({REMOVE}))
    errors = refused if removed else taken.errors | forms.unreadable(sent, page.fields) | refused
    if removed or errors:
        return draw(request, walk, page, taken.typed, errors)
    actions.save_answers(by=walk.actor, draft=walk.draft, page=key, values=taken.values, guest_key=walk.guest_key)
    return SeeOther(walk.anew().after(key))


def _files(walk: Walk, page: ResolvedPage, sent: Sent) -> tuple[bool, Walk, Errors]:
    """Take a file away and keep those that were chosen: (whether one was taken away, the walk as it is now, errors)."""
    if not forms.takes_files(page.fields.values()):
        return False, walk, {}
    removed = _detach(walk, sent)
    walk = walk.anew() if removed else walk
    errors = _attach(walk, page, sent)
    return removed, walk.anew(), errors


def _detach(walk: Walk, sent: Sent) -> bool:
    """Take a file away, when that is what was asked for; one that is gone already is no fault."""
    wanted = sent.form.text(REMOVE)
    if wanted in walk.documents:
        actions.detach(by=walk.actor, draft=walk.draft, document=walk.documents[wanted], guest_key=walk.guest_key)
    return bool(wanted)


def _attach(walk: Walk, page: ResolvedPage, sent: Sent) -> Errors:
    """Keep the files that were chosen; what was wrong with some of them, by field."""
    errors: Errors = {}
    for name, each in page.fields.items():
        there = [document for document in walk.documents.values() if document.slot == name]
        for upload in forms.chosen(sent, name) if isinstance(each, UploadField) else ():
            if forms.is_there(upload, there):
                continue
            try:
                there.append(
                    actions.attach(by=walk.actor, draft=walk.draft, slot=name, upload=upload, guest_key=walk.guest_key)
                )
            except Refused as refusal:
                errors[name] = str(refusal)
    return errors


def _slots(walk: Walk, page: ResolvedPage) -> dict[str, list[str]]:
    """The ids of the files that lie in the page's upload fields."""
    return {
        name: [pk for pk, document in walk.documents.items() if document.slot == name]
        for name, each in page.fields.items()
        if isinstance(each, UploadField)
    }
