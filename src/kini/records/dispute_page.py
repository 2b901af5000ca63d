"""Page on which a person says that a record about them is wrong; rooms with such records use it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused
from kini.web.redirects import see_other


def dispute_page(
    request: HttpRequest,
    *,
    file: Callable[[str], object],
    back: tuple[str, str | Promise],
    about: str,
    reference: str,
    hint: str,
) -> HttpResponse:
    """Show the form, or file what was written and lead back. The caller has checked whose record it is.

    Args:
        file: files the words; raises ActionRefused.
        back: name of the URL and title of the person's list of records.
        about, reference: the record in words, and its number.
        hint: what an officer compares.
    """
    words, wrong = request.POST.get("words", "").replace("\0", ""), ""
    if request.method == "POST":
        try:
            file(words)
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Sent. An officer compares it and answers you here."))
            return see_other(back[0])
    context = {
        "back_url": back[0],
        "back_title": back[1],
        "about": about,
        "reference": reference,
        "hint": hint,
        "words": words,
        "wrong": wrong,
        "errors": [("words", wrong)] if wrong else [],
    }
    return render(request, "records/dispute.html", context, status=422 if wrong else 200)
