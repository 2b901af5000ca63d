"""Page of a profile's level of assurance, and of the ways to a higher one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import Limit
from kini.people import actions, profile_values, queries
from kini.people.assurance import assurance_history
from kini.people.assurance_levels import LEVELS_BY_NAME, level_label
from kini.people.forms import PersonForm, error_summary
from kini.people.identity_registers.base import configured_register
from kini.people.models import Assurance, Resident
from kini.people.sign_in import next_url
from kini.people.visitor_profile import resident_for

#: Requests to the register: per account and per number a day, and in total an hour, against guessing which name
#: belongs to a number.
BY_ACCOUNT = Limit("people.register-by-account", count=3, seconds=24 * 3600)
ABOUT_NUMBER = Limit("people.register-about-number", count=5, seconds=24 * 3600)
BY_ALL = Limit("people.register-by-all", count=2000, seconds=3600)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Show the level and the ways to a higher one; `needs` is the level required by the referring service."""
    resident = resident_for(request)
    if request.method != "POST":
        return _page(request, resident, PersonForm(initial={"name": resident.name}))
    form = PersonForm(request.POST)
    if form.is_valid() and _asked(request, resident, form):
        messages.success(
            request, _("The civil register is checking your data. The result will appear here in a moment.")
        )
        return redirect(f"{reverse('people:identity')}?{urlencode(_kept(request))}")
    return _page(request, resident, form)


def consent_sentence() -> str:
    """Sentence of consent shown and stored before the register is asked."""
    return _("I agree that the city asks the civil register whether this name and number belong together.")


def _asked(request: HttpRequest, resident: Resident, form: PersonForm) -> bool:
    """Ask the register; on refusal add the reason to the form and return False."""
    number = form.cleaned_data["number"]
    if number is None:
        form.add_error("number", _("Type the number on your card."))
    if "consent" not in request.POST:
        form.add_error(None, _("We only ask the register with your consent."))
    if form.errors:
        return False
    by = queries.actor_for(request)
    try:
        attempt_limits.consume(BY_ACCOUNT, str(request.user.pk))
        attempt_limits.consume(ABOUT_NUMBER, number.number)
        attempt_limits.consume(BY_ALL, "all")
        actions.ask_register(
            by=by, resident=resident, number=number, name=form.cleaned_data["name"], consent=consent_sentence()
        )
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def _kept(request: HttpRequest) -> dict[str, str]:
    """Return the referring page and the level it requires, as query parameters."""
    sent = request.POST if request.method == "POST" else request.GET
    parameters = {"needs": sent.get("needs", ""), "next": next_url(request)}
    return {name: value for name, value in parameters.items() if value}


def _page(request: HttpRequest, resident: Resident, form: PersonForm) -> HttpResponse:
    origin = _kept(request)
    needed = LEVELS_BY_NAME.get(origin.get("needs", ""), Assurance.TYPED)
    number = profile_values.profile_value(resident, "national_id")
    check = resident.register_checks.order_by("-pk").first()
    context = {
        "form": form,
        "errors": error_summary(form),
        "level": level_label(resident.assurance),
        "proved": resident.assurance > Assurance.TYPED,
        "needed": level_label(needed) if resident.assurance < needed else "",
        "number": profile_values.mask_number(number) if number else "",
        "history": assurance_history(resident),
        "kept": origin,
        "next": next_url(request),
        "check": check,
        "asks": resident.assurance < Assurance.REGISTER and configured_register() is not None,
        "consent": consent_sentence(),
    }
    return render(request, "people/identity.html", context, status=422 if context["errors"] else 200)
