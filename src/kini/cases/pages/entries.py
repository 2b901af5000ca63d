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
from kini.cases.pages.drawing import draw
from kini.cases.pages.visiting import SeeOther, personal
from kini.cases.pages.walks import Walk, walk_of
from kini.services import questions
from kini.services.fields.base import Wrong
from kini.services.versions import ResolvedPage

#: Input that marks the form of a new entry.
NEW = "new"


def listed(request: HttpRequest, walk: Walk, page: ResolvedPage) -> HttpResponse:
    """List of entries, with links to add, change and remove them and to continue."""
    if request.method == "POST" or page.repeat is None:
        raise Http404
    there = questions.items(page, walk.answers)
    if not there and page.repeat.min:
        return redirect(_entry_url(walk, page, 1))
    now, total = walk.part(page.key)
    context = {
        "walk": walk,
        "page": page,
        "entries": [_shown(walk, page, number, item) for number, item in enumerate(there, 1)],
        "add": _entry_url(walk, page, len(there) + 1) if len(there) < page.repeat.max else "",
        "onward": _url(walk, "onward", key=page.key) if len(there) >= page.repeat.min else "",
        "back": walk.before(page.key),
        "now": now,
        "total": total,
    }
    return render(request, "cases/entries.html", context)


def _shown(walk: Walk, page: ResolvedPage, number: int, item: Mapping[str, Any]) -> dict[str, Any]:
    rows = [(field.label, field.reveal(item[name])) for name, field in page.fields.items() if name in item]
    return {
        "number": number,
        "rows": rows,
        "change": _entry_url(walk, page, number),
        "remove": _url(walk, "item-remove", key=page.key, number=number),
    }


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, key: str, number: int, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Form of a new or existing entry."""
    walk = walk_of(request, draft=draft, reference=reference)
    page = _repeated(walk, key)
    there = questions.items(page, walk.answers)
    if not 1 <= number <= len(there) + 1:
        return redirect(walk.question(key))
    if request.method != "POST":
        item = there[number - 1] if number <= len(there) else {}
        return _draw(request, walk, page, number, questions.form_values(page, item), {}, new=number > len(there))
    sent = forms.read(request)
    taken = questions.take(page, sent.form, {}, beside=frozenset({NEW}))
    new = bool(sent.form.text(NEW)) or number > len(there)
    errors = taken.errors | forms.unreadable(sent, page.fields)
    if errors:
        return _draw(request, walk, page, number, taken.typed, errors, new=new)
    if not (new and _just_added(there, number, taken.values)):
        try:
            kept = questions.with_item(page, walk.answers, None if new else number - 1, taken.values)
        except Wrong as wrong:
            return _draw(request, walk, page, number, taken.typed, {"": str(wrong)}, new=new)
        _save(walk, page, kept)
    return SeeOther(walk.question(key) if _enough(walk.anew(), page) else _entry_url(walk, page, number + 1))


def _just_added(there: list[dict[str, Any]], number: int, values: Mapping[str, Any]) -> bool:
    """Return True if the form of a new entry was submitted twice."""
    given = {name: value for name, value in values.items() if value is not None}
    return number <= len(there) and there[number - 1] == given


def _enough(walk: Walk, page: ResolvedPage) -> bool:
    return not questions.is_missing(page, walk.answers)


def _draw(
    request: HttpRequest,
    walk: Walk,
    page: ResolvedPage,
    number: int,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    *,
    new: bool,
) -> HttpResponse:
    assert page.repeat is not None
    first = number == 1 and not questions.items(page, walk.answers)
    heading = page.heading if first else _("%(item)s %(number)d") % {"item": page.repeat.item, "number": number}
    return draw(
        request,
        walk,
        page.model_copy(update={"single": False}),
        typed,
        errors,
        heading=heading,
        action=_entry_url(walk, page, number),
        back=walk.before(page.key) if first else walk.question(page.key),
        new=new,
    )


@personal
@require_POST
def remove_entry(
    request: HttpRequest, key: str, number: int, draft: UUID | None = None, reference: str = ""
) -> HttpResponse:
    """Remove an entry from the list."""
    walk = walk_of(request, draft=draft, reference=reference)
    page = _repeated(walk, key)
    if number <= len(questions.items(page, walk.answers)):
        _save(walk, page, questions.without_item(page, walk.answers, number - 1))
        messages.success(request, _("Removed."))
    return SeeOther(walk.question(key))


@personal
@require_POST
def onward(request: HttpRequest, key: str, draft: UUID | None = None, reference: str = "") -> HttpResponse:
    """Finish the list. An optional list counts as answered from now on."""
    walk = walk_of(request, draft=draft, reference=reference)
    page = _repeated(walk, key)
    if questions.is_missing(page, walk.answers):
        return SeeOther(walk.question(key))
    _save(walk, page, questions.items(page, walk.answers))
    return SeeOther(walk.anew().after(key))


def _repeated(walk: Walk, key: str) -> ResolvedPage:
    page = walk.page(key)
    if page.repeat is None:
        raise Http404
    return page


def _save(walk: Walk, page: ResolvedPage, kept: list[dict[str, Any]]) -> None:
    assert page.repeat is not None
    actions.save_answers(
        by=walk.actor, draft=walk.draft, page=page.key, values={page.repeat.name: kept}, guest_key=walk.guest_key
    )


def _url(walk: Walk, name: str, **more: Any) -> str:
    return walk.url(name, **more) + ("?change=1" if walk.change else "")


def _entry_url(walk: Walk, page: ResolvedPage, number: int) -> str:
    return _url(walk, "item", key=page.key, number=number)
