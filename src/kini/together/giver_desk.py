"""Desk of coordinators: groups, firms and aggregators with their permits; suspension."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.people.public import officers_only
from kini.together import actions, forms
from kini.together.desk import FORM_METHODS, account_of
from kini.together.form_page import FormPage, answer_form
from kini.together.labels import GIVER_KINDS
from kini.together.models import Giver
from kini.together.permissions import HelpPermission
from kini.together.rules import has_permit
from kini.web.formats import today

MANAGE = HelpPermission.MANAGE_GIVERS
ON_PAGE = 30


@officers_only(MANAGE)
@require_safe
def givers(request: HttpRequest) -> HttpResponse:
    """Groups, firms and aggregators, suspended ones first. Persons are listed nowhere."""
    rows = Giver.objects.exclude(kind="person").prefetch_related("permits").order_by("suspended_at", "kind", "name")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [_row(each) for each in page.object_list]}
    return render(request, "together/desk_givers.html", context)


def _row(giver: Giver) -> dict[str, Any]:
    permits = sorted(giver.permits.all(), key=lambda permit: permit.valid_until, reverse=True)
    valid = has_permit(((each.valid_from, each.valid_until) for each in permits), today())
    return {"giver": giver, "kind": GIVER_KINDS[giver.kind], "permits": permits, "valid": valid}


def _back() -> tuple[str, str]:
    return reverse("together:desk-givers"), _("Givers")


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def new_aggregator(request: HttpRequest) -> HttpResponse:
    """Record an aggregator with its permit, as the coordinator saw it."""

    def write(by: Actor, data: dict[str, Any]) -> str:
        owner = account_of(by, data["contact"])
        if owner is None:
            raise ActionRefused(_("Enter the phone number or e-mail address of the aggregator's account."))
        actions.record_aggregator(by=by, name=data["name"], owner=owner, permit=_permit(data))
        return reverse("together:desk-givers")

    page = FormPage(_("Record an aggregator"), pgettext("button", "Record"), _back(), base="web/desk_base.html")
    return answer_form(request, page, forms.AggregatorForm(request.POST or None), write)


def _permit(data: dict[str, Any]) -> actions.NewPermit:
    return actions.NewPermit(data["number"], data["issuer"], data["valid_from"], data["valid_until"])


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def giver_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Record a further permit, suspend a giver, or let it give again."""
    known = get_object_or_404(Giver.objects.exclude(kind="person"), pk=number)

    def write(by: Actor, data: dict[str, Any]) -> str:
        if deed == "permit":
            actions.record_permit(by=by, giver=known, permit=_permit(data))
        elif deed == "suspend":
            actions.suspend_giver(by=by, giver=known, reason=data["reason"])
        else:
            actions.end_suspension(by=by, giver=known)
        return reverse("together:desk-givers")

    form: forms.HelpForm
    if deed == "permit" and known.kind == "aggregator":
        form, title, button = forms.PermitForm(request.POST or None), _("Record a permit"), pgettext("button", "Record")
    elif deed == "suspend":
        form, title, button = forms.ReasonForm(request.POST or None), _("Suspend this giver"), _("Suspend")
    elif deed == "resume":
        form, title, button = forms.VerifyForm(request.POST or None), _("Let this giver give again"), _("It may give")
    else:
        raise Http404
    lead = f"{known.name}. " + _("A suspension gives back at once what was promised and is not on the way.")
    page = FormPage(title, button, _back(), lead if deed == "suspend" else known.name, "web/desk_base.html")
    return answer_form(request, page, form, write)
