"""Desk pages of larva inspections: work list with the indices, and the visits of one inspection."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.core.typed_values import parse_number
from kini.epidemic.diseases.disease_files import disease_of, diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import actions
from kini.epidemic.tracing.larva_indices import indices_of
from kini.epidemic.tracing.models import HouseVisit, LarvaInspection
from kini.people.public import officers_only, permission_filters
from kini.people.queries import actor_for
from kini.web.formats import today
from kini.web.redirects import see_other

SHOWN = 60


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def inspections_page(request: HttpRequest) -> HttpResponse:
    """List the open inspections of the officer's area by due day, with the larva indices of the last 28 days."""
    inside = _inside(actor_for(request))
    done = Count("visits", filter=Q(visits__result="inspected"))
    opened = LarvaInspection.objects.filter(inside, closed_at=None).select_related("area", "unit")
    recent = HouseVisit.objects.filter(inspection__in=LarvaInspection.objects.filter(inside)).order_by("-day")[:5000]
    visits = HouseVisit.objects.filter(pk__in=[each.pk for each in recent])
    control = next((each.vector_control for each in diseases().values() if each.vector_control), None)
    context = {
        "inspections": opened.annotate(done=done).order_by("due_on", "pk")[:SHOWN],
        "indices": indices_of(visits),
        "target": control.free_houses_target if control else None,
        "today": today(),
    }
    return render(request, "epidemic/tracing/inspections.html", context)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def inspection_page(request: HttpRequest, inspection: int) -> HttpResponse:
    """Show an inspection with a form for the next house; POST records it, once by the key of the form."""
    by = actor_for(request)
    stored = LarvaInspection.objects.filter(_inside(by), pk=inspection).select_related("area", "unit", "case").first()
    if stored is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            actions.record_house_visit(
                by=by,
                inspection=stored,
                house=request.POST.get("house", "").replace("\0", ""),
                result=request.POST.get("result", ""),
                containers=_containers(request, stored),
                client_key=_key(request),
            )
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Kept. On to the next house."))
            return see_other("epidemic:desk-inspection", str(stored.pk))
    control = disease_of(stored.disease).vector_control
    assert control
    context = {
        "inspection": stored,
        "visits": stored.visits.annotate(larvae=Count("containers", filter=Q(containers__positive__gt=0))).order_by(
            "-pk"
        ),
        "indices": indices_of(stored.visits.all()),
        "target": control.free_houses_target,
        "radius": control.radius_m,
        "containers": [
            (name, label, request.POST.get(f"inspected-{name}", ""), request.POST.get(f"positive-{name}", ""))
            for name, label in control.containers.items()
        ],
        "typed": request.POST,
        "key": request.GET.get("key") or uuid4(),
        "wrong": wrong,
        "errors": [("house", wrong)] if wrong else [],
    }
    return render(request, "epidemic/tracing/inspection.html", context, status=422 if wrong else 200)


def _inside(by: Actor) -> Q:
    columns = permission_filters.ScopeColumns(service="")
    return permission_filters.visible_cases_q(by, EpidemicPermission.TRACE_CONTACTS, columns)


def _containers(request: HttpRequest, inspection: LarvaInspection) -> dict[str, tuple[int, int]]:
    control = disease_of(inspection.disease).vector_control
    counts = {}
    for name in control.containers if control else ():
        inspected, positive = (request.POST.get(f"{part}-{name}", "").strip() for part in ("inspected", "positive"))
        if not inspected and not positive:
            continue
        numbers = parse_number(inspected[:6]), parse_number(positive[:6] or "0")
        if numbers[0] is None or numbers[1] is None:
            raise ActionRefused(_("Write the number of containers in digits."))
        counts[name] = (numbers[0], numbers[1])
    return counts


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return uuid4()
