"""A resident's own pages: profile, family and access log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city_queries
from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.people import access_entries, actions, profile_values, queries, rules
from kini.people.actions import Details, NumberTaken
from kini.people.assurance import assurance_history
from kini.people.assurance_levels import level_label
from kini.people.contacts import Contact
from kini.people.forms import MemberForm, PersonForm, ProfileForm, error_summary, relation_choices
from kini.people.models import Assurance, FamilyTie, Resident
from kini.people.sign_in import next_url
from kini.people.visitor_profile import resident_for

LOOKS_PER_PAGE = 20


@login_required
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Overview of the visitor's own pages, with sign-out."""
    resident = resident_for(request)
    officer = queries.officer_of(queries.actor_for(request))
    return render(request, "people/me.html", {"resident": resident, "officer": officer})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    """Edit the visitor's profile."""
    resident = resident_for(request)
    if request.method != "POST":
        return _profile_page(request, resident, ProfileForm(initial=_said(resident)))
    form = ProfileForm(request.POST)
    if form.is_valid():
        details = Details(**form.cleaned_data)
        if _saved(
            request,
            form,
            lambda: actions.save_profile(by=queries.actor_for(request), resident=resident, details=details),
        ):
            messages.success(request, _("Your profile is saved."))
            return redirect(next_url(request) or "people:me")
        resident = resident_for(request)
    return _profile_page(request, resident, form)


def _saved[SavedT](request: HttpRequest, form: PersonForm, save: Callable[[], SavedT]) -> SavedT | None:
    """Save and return what was saved; on refusal add the reason to the form and return None."""
    try:
        if form.cleaned_data["number"]:
            attempt_limits.consume(rules.NUMBERS, str(request.user.pk))
        return save()
    except (NumberTaken, attempt_limits.TooManyAttempts) as refusal:
        form.add_error("number", str(refusal))
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
    return None


def _said(resident: Resident) -> dict[str, Any]:
    return {"name": resident.name, "address": resident.address, "area": resident.area_id}


def _profile_page(request: HttpRequest, resident: Resident, form: ProfileForm) -> HttpResponse:
    context = {
        "form": form,
        "errors": error_summary(form),
        "next": next_url(request),
        "first": not resident.name,
        "masked": {name: _masked(resident, name) for name in ("national_id", "family_card")},
        "contacts": _contacts(resident),
        "level": level_label(resident.assurance),
        "proved": resident.assurance > Assurance.TYPED,
        "history": assurance_history(resident),
        "areas": city_queries.lowest_level_areas(),
        "chosen_area": str(form["area"].value() or ""),
    }
    return render(request, "people/profile.html", context, status=422 if context["errors"] else 200)


def _contacts(resident: Resident) -> list[tuple[str, str, str, str]]:
    """List phone and e-mail as (label, value, URL to change it, link text)."""
    phone = Contact("phone", resident.phone).shown if resident.phone else ""
    return [
        (label, value or "–", reverse("people:change-contact", args=[kind]), _("Change") if value else _("Add"))
        for kind, label, value in (("phone", _("Phone"), phone), ("email", _("E-mail"), resident.email))
    ]


def _masked(resident: Resident, attribute: str) -> str:
    number = profile_values.profile_value(resident, attribute)
    return profile_values.mask_number(number) if number else ""


@dataclass(frozen=True, slots=True)
class Member:
    """A row of the family list."""

    tie: FamilyTie
    relation: str
    number: str
    minor: bool


@login_required
@never_cache
@require_safe
def family(request: HttpRequest) -> HttpResponse:
    """List the family members whom the visitor may represent."""
    words, today = dict(relation_choices()), timezone.localdate()
    members = [
        Member(
            tie=tie,
            relation=words[tie.relation],
            number=_masked(tie.member, "national_id"),
            minor=rules.is_minor(tie.member.birth_date, today),
        )
        for tie in queries.family_of(resident_for(request))
    ]
    return render(request, "people/family.html", {"members": members})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: HttpRequest) -> HttpResponse:
    """Add a family member; the address is copied from the visitor's profile."""
    resident = resident_for(request)
    form = MemberForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        cleaned = dict(form.cleaned_data)
        relation = cleaned.pop("relation")
        details = Details(**cleaned, address=resident.address, area=resident.area)
        by = queries.actor_for(request)
        tie = _saved(
            request,
            form,
            lambda: actions.add_family_member(by=by, resident=resident, relation=relation, details=details),
        )
        if tie is not None:
            messages.success(request, _("{name} is on your family list.").format(name=details.name))
            return redirect(_with_member(next_url(request), tie) if next_url(request) else "people:family")
    return _member_page(request, form, None)


def _with_member(address: str, tie: FamilyTie) -> str:
    """Address of the page that asked to add somebody, with whom it was."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'for_whom': tie.member_id})}"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_member(request: HttpRequest, tie_id: int) -> HttpResponse:
    """Edit a family member."""
    tie = _own_tie(request, tie_id)
    if request.method != "POST":
        return _member_page(request, MemberForm(initial={"name": tie.member.name, "relation": tie.relation}), tie)
    form = MemberForm(request.POST)
    if form.is_valid():
        cleaned = dict(form.cleaned_data)
        relation = cleaned.pop("relation")
        details = Details(**cleaned, address=tie.member.address, area=tie.member.area)
        by = queries.actor_for(request)
        if _saved(
            request, form, lambda: actions.edit_family_member(by=by, tie=tie, relation=relation, details=details)
        ):
            messages.success(request, _("The details of {name} are saved.").format(name=details.name))
            return redirect("people:family")
        tie = _own_tie(request, tie_id)
    return _member_page(request, form, tie)


def _own_tie(request: HttpRequest, tie_id: int) -> FamilyTie:
    tie = queries.family_of(resident_for(request)).filter(pk=tie_id).first()
    if tie is None or tie.member.user_id:
        raise Http404
    return tie


def _member_page(request: HttpRequest, form: MemberForm, tie: FamilyTie | None) -> HttpResponse:
    context = {
        "form": form,
        "errors": error_summary(form),
        "tie": tie,
        "relations": relation_choices(),
        "masked": _masked(tie.member, "national_id") if tie else "",
        "next": next_url(request),
    }
    return render(request, "people/member.html", context, status=422 if context["errors"] else 200)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove_member(request: HttpRequest, tie_id: int) -> HttpResponse:
    """Remove a family member after confirmation."""
    tie = queries.family_of(resident_for(request)).filter(pk=tie_id).first()
    if tie is None:
        raise Http404
    if request.method != "POST":
        return render(request, "people/remove_member.html", {"tie": tie})
    name = tie.member.name
    actions.remove_family_member(by=queries.actor_for(request), tie=tie)
    messages.success(request, _("{name} is no longer on your family list.").format(name=name))
    return redirect("people:family")


@login_required
@never_cache
@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """Show accesses to the visitor's and their family's data: officer, time and reason."""
    resident = resident_for(request)
    page = Paginator(queries.access_log_of(resident), LOOKS_PER_PAGE).get_page(request.GET.get("page"))
    entries = access_entries.access_entries(page, own=resident.pk)
    return render(request, "people/access_log.html", {"page": page, "entries": entries})
