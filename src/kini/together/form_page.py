"""A page with one form, for residents and officers: nothing typed is lost when something is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused, Actor
from kini.people.queries import actor_for
from kini.together.forms import HelpForm


@dataclass(frozen=True, slots=True)
class FormPage:
    """Texts and addresses of a form's page.

    Attributes:
        title, lead, button: words of the page.
        back: address and label of the page before.
        base: template that the page extends.
        context: further values for the template.
    """

    title: str
    button: str
    back: tuple[str, str]
    lead: str = ""
    base: str = "web/base.html"
    context: dict[str, Any] = field(default_factory=dict)


def answer_form(
    request: HttpRequest,
    page: FormPage,
    form: HelpForm,
    write: Callable[[Actor, dict[str, Any]], str],
    template: str = "together/form.html",
) -> HttpResponse:
    """Show a form, or write what was typed and go to the address that `write` returns."""
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            address = write(actor_for(request), form.cleaned_data)
        except ActionRefused as error:
            refusal = str(error)
        else:
            messages.success(request, _("Recorded."))
            return redirect(address)
    first = next((name for name in form.fields if name != "key"), "key")
    errors = [(form[name].id_for_label, each[0]) for name, each in form.errors.items() if name != "key"]
    errors += [(form[first].id_for_label, refusal)] if refusal else []
    context = {"page": page, "form": form, "errors": errors} | page.context
    return render(request, template, context, status=422 if errors else 200)
