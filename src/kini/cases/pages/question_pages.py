"""Question pages, answered in any order, saved at once, on any device."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from kini.cases import actions
from kini.cases.pages import apply, forms, repeated_entries
from kini.cases.pages.forms import Errors, SubmittedForm
from kini.cases.pages.guards import owner_only
from kini.cases.pages.question_form import render_question_page
from kini.cases.pages.wizard import ApplicationWizard, wizard_for
from kini.core import upload_quotas
from kini.core.actors import ActionRefused
from kini.services.public import PageSnapshot, UploadField, questions
from kini.web.error_middleware import status_for
from kini.web.redirects import SeeOther

#: Button that removes a file.
REMOVE = "remove"
#: Refusals that do not depend on the file: rate limit, no decoder, disk full.
NOT_THE_FILE = (429, 503, 507)


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, key: str, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Show one question page, or for a repeated page its list of entries."""
    wizard = wizard_for(request, draft=draft, reference=reference)
    page = wizard.page(key)
    if page.repeat:
        return repeated_entries.entry_list(request, wizard, page)
    if request.method != "POST":
        return render_question_page(request, wizard, page, questions.form_values(page, wizard.answers), {})
    sent = forms.read_form(request)
    removed, wizard, refused, status = _files(request, wizard, page, sent)
    if removed and len(page.fields) == 1 and not refused:
        return SeeOther(wizard.question(key))
    parsed = questions.parse_page(
        page, sent.form, wizard.answers, stored=_slots(wizard, page), extra_inputs=frozenset({REMOVE})
    )
    errors = refused if removed else parsed.errors | forms.unreadable_errors(sent, page.fields) | refused
    if not errors and (fault := wizard.kind.page_fault(wizard.snapshot, {**wizard.answers, **parsed.values}, key)):
        errors = dict([fault])
    if removed or errors:
        response = render_question_page(request, wizard, page, parsed.typed, errors)
        response.status_code = status or response.status_code
        return response
    actions.save_answers(
        by=wizard.actor, draft=wizard.draft, page=key, values=parsed.values, guest_key=wizard.guest_key
    )
    wizard = wizard.reloaded()
    return apply.send(request, wizard) if wizard.sends(key) and not wizard.missing else SeeOther(wizard.after(key))


def _files(
    request: HttpRequest, wizard: ApplicationWizard, page: PageSnapshot, sent: SubmittedForm
) -> tuple[bool, ApplicationWizard, Errors, int]:
    """Remove a file or store the uploaded ones.

    Returns:
        Whether one was taken away, the walk as it is now, errors by field, and the status of a refusal that is not the
        file's fault (0: none).
    """
    if not forms.has_uploads(page.fields.values()):
        return False, wizard, {}, 0
    removed = _detach(wizard, sent)
    wizard = wizard.reloaded() if removed else wizard
    refusals = _attach(request, wizard, page, sent)
    status = next((status for each in refusals.values() if (status := status_for(each)) in NOT_THE_FILE), 0)
    return removed, wizard.reloaded(), {name: str(refusal) for name, refusal in refusals.items()}, status


def _detach(wizard: ApplicationWizard, sent: SubmittedForm) -> bool:
    """Remove a file if requested; a file already removed is no error."""
    file_id = sent.form.text(REMOVE)
    if file_id in wizard.documents:
        actions.detach_file(
            by=wizard.actor, draft=wizard.draft, document=wizard.documents[file_id], guest_key=wizard.guest_key
        )
    return bool(file_id)


def _attach(
    request: HttpRequest, wizard: ApplicationWizard, page: PageSnapshot, sent: SubmittedForm
) -> dict[str, ActionRefused]:
    """Store the uploaded files; return refusals by field."""
    refused: dict[str, ActionRefused] = {}
    for name, each in page.fields.items():
        there = [document for document in wizard.documents.values() if document.slot == name]
        for upload in forms.chosen_files(sent, name) if isinstance(each, UploadField) else ():
            if forms.is_already_uploaded(upload, there):
                continue
            try:
                upload_quotas.count_uploads(request, [upload], user=wizard.actor.user_id)
                there.append(
                    actions.attach_file(
                        by=wizard.actor, draft=wizard.draft, slot=name, upload=upload, guest_key=wizard.guest_key
                    )
                )
            except ActionRefused as refusal:
                refused[name] = refusal
    return refused


def _slots(wizard: ApplicationWizard, page: PageSnapshot) -> dict[str, list[str]]:
    """Ids of the files in the page's upload fields."""
    return {
        name: [pk for pk, document in wizard.documents.items() if document.slot == name]
        for name, each in page.fields.items()
        if isinstance(each, UploadField)
    }
