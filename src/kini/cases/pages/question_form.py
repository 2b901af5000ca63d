"""Rendering of a question page, with errors and everything typed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kini.cases.pages import forms
from kini.cases.pages.wizard import ApplicationWizard
from kini.services.public import PageSnapshot


def render_question_page(
    request: HttpRequest,
    wizard: ApplicationWizard,
    page: PageSnapshot,
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
    now, total = wizard.part(page.key)
    context = {
        "walk": wizard,
        "heading": "" if page.single else page.heading,
        "hint": page.hint or "",
        "inputs": forms.render_fields(page.fields, typed, errors, heading=page.single, files=wizard.documents),
        "errors": forms.error_summary(page.fields, errors),
        "multipart": forms.has_uploads(page.fields.values()),
        "action": wizard.question(page.key),
        "back": wizard.before(page.key),
        "sends": wizard.sends(page.key),
        "now": now,
        "total": total,
    }
    return render(request, "cases/question.html", context | more, status=422 if errors else 200)
