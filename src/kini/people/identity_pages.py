"""Proving who one is: the level that a profile has, and the ways to a higher one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.people import profile
from kini.people.assurance import history
from kini.people.levels import LEVELS, level_words
from kini.people.models import Assurance, Resident
from kini.people.pages import resident_for
from kini.people.sign_in import next_of


@login_required
@never_cache
@require_safe
def identity(request: HttpRequest) -> HttpResponse:
    """The level and the ways to a higher one; `needs` is the level of the service that sent the visitor here."""
    return _page(request, resident_for(request))


def _page(request: HttpRequest, resident: Resident) -> HttpResponse:
    needed = LEVELS.get(request.GET.get("needs", ""), Assurance.TYPED)
    number = profile.profile_value(resident, "national_id")
    context = {
        "level": level_words(resident.assurance),
        "proved": resident.assurance > Assurance.TYPED,
        "needed": level_words(needed) if resident.assurance < needed else "",
        "number": profile.mask_number(number) if number else "",
        "history": history(resident),
        "next": next_of(request),
    }
    return render(request, "people/identity.html", context)
