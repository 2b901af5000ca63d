"""Rendering of a question page, with errors and everything typed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kini.cases.pages import forms
from kini.cases.pages.walks import Walk
from kini.services.versions import ResolvedPage


def draw(
    request: HttpRequest,
    walk: Walk,
    page: ResolvedPage,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    **more: Any,
) -> HttpResponse:
    """Render the page with its form.

    Args:
        typed: values of the inputs, by field.
        errors: messages by field; with any, the response is 422.
        more: overrides for an entry of a repeated page: action, back, heading.
    """
    now, total = walk.part(page.key)
    context = {
        "walk": walk,
        "heading": "" if page.single else page.heading,
        "hint": page.hint or "",
        "inputs": forms.draw(page.fields, typed, errors, heading=page.single, files=walk.documents),
        "errors": forms.summary(page.fields, errors),
        "multipart": forms.takes_files(page.fields.values()),
        "action": walk.question(page.key),
        "back": walk.before(page.key),
        "now": now,
        "total": total,
    }
    return render(request, "cases/question.html", context | more, status=422 if errors else 200)
