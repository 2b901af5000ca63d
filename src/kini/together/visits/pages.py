"""Public draws of visits, and the officers' list of places to visit."""

from typing import Any

from django import forms
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import Actor
from kini.core.typed_values import parse_day
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm, number_field
from kini.together.models import Visit, VisitDraw
from kini.together.permissions import HelpPermission
from kini.together.programmes import package_of
from kini.together.visits import actions
from kini.together.visits.rules import of_another_area

RULE = "For each giver: its tickets in the order of the SHA-256 of SEED:TICKET, the first one in so many, rounded up."
BASE = "web/desk_base.html"
LONGEST_LIST = 100


class VisitForm(HelpForm):
    """Number counted at a visit, and words about it."""

    counted = number_field(gettext_lazy("How many did you count?"), min_value=0)
    words = forms.CharField(
        label=gettext_lazy("What you saw and heard, without names"), max_length=400, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


def figures() -> list[dict[str, Any]]:
    """Visits by giver: drawn, done, and how many of those found what was reported."""
    done = Q(counted__isnull=False)
    sums = Visit.objects.values("giver").annotate(
        drawn=Count("pk"), done=Count("pk", filter=done), agreed=Count("pk", filter=done & Q(counted=F("reported")))
    )
    return [dict(each) for each in sums.order_by("giver")]


@require_safe
def draw(request: HttpRequest, day: str) -> HttpResponse:
    """One draw as JSON: everything that is needed to make it again."""
    made = get_object_or_404(VisitDraw, day=parse_day(day))
    lots = made.lots.order_by("giver", "ticket").values("giver", "ticket", "drawn")
    content = {"day": day, "commitment": made.commitment, "seed": made.seed or None, "one_in": made.one_in}
    return JsonResponse(content | {"rule": RULE, "lots": list(lots)})


@officers_only(HelpPermission.VERIFY_NEEDS)
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Open visits that the officer may make, the most urgent first."""
    by = actor_for(request)
    related = ("delivery__pledge__line__need__beneficiary__area", "delivery__pledge__giver")
    rows = Visit.objects.filter(counted=None).select_related(*related).order_by("due_on", "pk")
    listed = [
        {"visit": each, "place": line.need.beneficiary, "package": package_of(line.need.programme, line.package)}
        for each in rows[:LONGEST_LIST]
        for line in (each.delivery.pledge.line,)
        if of_another_area(by, line.need.beneficiary.area.path)
    ]
    return render(request, "together/visits/desk.html", {"rows": listed})


@officers_only(HelpPermission.VERIFY_NEEDS)
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, number: int) -> HttpResponse:
    """Record what was counted; what the sides had said is not shown before."""
    related = ("delivery__pledge__line__need__beneficiary__area",)
    known = get_object_or_404(Visit.objects.select_related(*related), pk=number, counted=None)
    place, back = known.delivery.pledge.line.need.beneficiary, reverse("together:desk-visits")

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.record_visit(by=by, visit=known, counted=data["counted"], words=data["words"])
        return back

    lead = _("%(place)s, %(area)s. Ask those who got the packages; photograph goods if at all, never faces.")
    words = {"place": place.name, "area": place.area.name}
    page = FormPage(_("Record a visit"), pgettext("button", "Record"), (back, _("Visits")), lead % words, BASE)
    return answer_form(request, page, VisitForm(request.POST or None), write)
