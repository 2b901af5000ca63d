"""Repeated question pages: a list of entries, each edited on its own page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kini.cases import actions
from kini.cases.pages import forms
from kini.cases.pages.guards import owner_only
from kini.cases.pages.question_form import render_question_page
from kini.cases.pages.wizard import ApplicationWizard, wizard_for
from kini.services.public import InvalidAnswer, PageSnapshot, questions
from kini.web.redirects import SeeOther

#: Input that marks the form of a new entry.
NEW = "new"


def entry_list(request: HttpRequest, wizard: ApplicationWizard, page: PageSnapshot) -> HttpResponse:
    """List of entries, with links to add, change and remove them and to continue."""
    if request.method == "POST" or page.repeat is None:
        raise Http404
    there = questions.repeat_items(page, wizard.answers)
    if not there and page.repeat.min:
        return redirect(_entry_url(wizard, page, 1))
    now, total = wizard.part(page.key)
    context = {
        "walk": wizard,
        "page": page,
        "entries": [_shown(wizard, page, number, item) for number, item in enumerate(there, 1)],
        "add": _entry_url(wizard, page, len(there) + 1) if len(there) < page.repeat.max else "",
        "onward": _url(wizard, "onward", key=page.key) if len(there) >= page.repeat.min else "",
        "back": wizard.before(page.key),
        "now": now,
        "total": total,
    }
    return render(request, "cases/entries.html", context)


def _shown(wizard: ApplicationWizard, page: PageSnapshot, number: int, item: Mapping[str, Any]) -> dict[str, Any]:
    rows = [(field.label, field.reveal(item[name])) for name, field in page.fields.items() if name in item]
    return {
        "number": number,
        "rows": rows,
        "change": _entry_url(wizard, page, number),
        "remove": _url(wizard, "item-remove", key=page.key, number=number),
    }


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, key: str, number: int, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Form of a new or existing entry."""
    wizard = wizard_for(request, draft=draft, reference=reference)
    page = _repeated(wizard, key)
    there = questions.repeat_items(page, wizard.answers)
    if not 1 <= number <= len(there) + 1:
        return redirect(wizard.question(key))
    if request.method != "POST":
        item = there[number - 1] if number <= len(there) else {}
        return _draw(request, wizard, page, number, questions.form_values(page, item), {}, new=number > len(there))
    sent = forms.read_form(request)
    parsed = questions.parse_page(page, sent.form, {}, extra_inputs=frozenset({NEW}))
    new = bool(sent.form.text(NEW)) or number > len(there)
    errors = parsed.errors | forms.unreadable_errors(sent, page.fields)
    if errors:
        return _draw(request, wizard, page, number, parsed.typed, errors, new=new)
    if not (new and _just_added(there, number, parsed.values)):
        try:
            entries = questions.with_item(page, wizard.answers, None if new else number - 1, parsed.values)
        except InvalidAnswer as wrong:
            return _draw(request, wizard, page, number, parsed.typed, {"": str(wrong)}, new=new)
        _save(wizard, page, entries)
    return SeeOther(wizard.question(key) if _enough(wizard.reloaded(), page) else _entry_url(wizard, page, number + 1))


def _just_added(there: list[dict[str, Any]], number: int, values: Mapping[str, Any]) -> bool:
    """Return True if the form of a new entry was submitted twice."""
    answered = {name: value for name, value in values.items() if value is not None}
    return number <= len(there) and there[number - 1] == answered


def _enough(wizard: ApplicationWizard, page: PageSnapshot) -> bool:
    return not questions.lacks_answers(page, wizard.answers)


def _draw(
    request: HttpRequest,
    wizard: ApplicationWizard,
    page: PageSnapshot,
    number: int,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    *,
    new: bool,
) -> HttpResponse:
    assert page.repeat is not None
    first = number == 1 and not questions.repeat_items(page, wizard.answers)
    heading = page.heading if first else _("%(item)s %(number)d") % {"item": page.repeat.item, "number": number}
    return render_question_page(
        request,
        wizard,
        page.model_copy(update={"single": False}),
        typed,
        errors,
        heading=heading,
        action=_entry_url(wizard, page, number),
        back=wizard.before(page.key) if first else wizard.question(page.key),
        new=new,
    )


@owner_only
@require_POST
def remove_entry(
    request: HttpRequest, key: str, number: int, draft: UUID | None = None, reference: str = ""
) -> HttpResponse:
    """Remove an entry from the list."""
    wizard = wizard_for(request, draft=draft, reference=reference)
    page = _repeated(wizard, key)
    if number <= len(questions.repeat_items(page, wizard.answers)):
        _save(wizard, page, questions.without_item(page, wizard.answers, number - 1))
        messages.success(request, _("Removed."))
    return SeeOther(wizard.question(key))


@owner_only
@require_POST
def finish_entries(request: HttpRequest, key: str, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Finish the list. An optional list counts as answered from now on."""
    wizard = wizard_for(request, draft=draft, reference=reference)
    page = _repeated(wizard, key)
    if questions.lacks_answers(page, wizard.answers):
        return SeeOther(wizard.question(key))
    _save(wizard, page, questions.repeat_items(page, wizard.answers))
    return SeeOther(wizard.reloaded().after(key))


def _repeated(wizard: ApplicationWizard, key: str) -> PageSnapshot:
    page = wizard.page(key)
    if page.repeat is None:
        raise Http404
    return page


def _save(wizard: ApplicationWizard, page: PageSnapshot, entries: list[dict[str, Any]]) -> None:
    assert page.repeat is not None
    actions.save_answers(
        by=wizard.actor,
        draft=wizard.draft,
        page=page.key,
        values={page.repeat.name: entries},
        guest_key=wizard.guest_key,
    )


def _url(wizard: ApplicationWizard, name: str, **more: Any) -> str:
    return wizard.url(name, **more) + ("?change=1" if wizard.change else "")


def _entry_url(wizard: ApplicationWizard, page: PageSnapshot, number: int) -> str:
    return _url(wizard, "item", key=page.key, number=number)
