"""Officers' pages on which hospitals report their beds."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.localized_text import Text
from kini.core.typed_values import parse_number
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention import actions, beds
from kini.epidemic.prevention.actions import BedCount
from kini.epidemic.prevention.bed_types import BedsFile, beds_file
from kini.epidemic.prevention.models import BedReport
from kini.people.public import officers_only
from kini.people.queries import actor_for

#: Inputs of a line.
PARTS = ("beds", "available", "queue")


@dataclass(frozen=True, slots=True)
class BedRow:
    """A line of the form: a type with what is typed or was reported before, and its error."""

    name: str
    label: Text
    beds: str
    available: str
    queue: str
    before: BedReport | None
    error: str = ""


@officers_only(EpidemicPermission.REPORT_BEDS)
@require_safe
def hospitals(request: HttpRequest) -> HttpResponse:
    """Hospitals for which the officer may report, with the age of their figures."""
    own = beds.hospitals_to_report(actor_for(request))
    if len(own) == 1:
        return redirect("epidemic:desk-beds", own[0].pk)
    current = {each.facility.pk: each for each in beds.hospital_beds()}
    rows = [(facility, current.get(facility.pk)) for facility in own]
    return render(request, "epidemic/desk_hospitals.html", {"rows": rows})


@officers_only(EpidemicPermission.REPORT_BEDS)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, hospital: str) -> HttpResponse:
    """Form of one hospital with the numbers that were reported last."""
    known, actor = beds_file(), actor_for(request)
    facility = next((each for each in beds.hospitals_to_report(actor) if each.pk == hospital), None)
    if known is None or facility is None:
        raise Http404
    before = {each.bed_type: each for each in beds.current_reports([facility.pk])}
    rows, refusal = _rows(known, before, request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and not any(row.error for row in rows):
        counts = [
            BedCount(row.name, int(row.beds), int(row.available), int(row.queue or 0)) for row in rows if row.beds
        ]
        try:
            actions.report_beds(by=actor, facility=facility, counts=counts, counted_at=current_time.now())
        except ActionRefused as error:
            refusal = str(error)
        else:
            messages.success(request, _("Reported. Residents see the new numbers within a minute."))
            return redirect("epidemic:desk-beds", facility.pk)
    errors = [(f"{row.name}-available", row.error) for row in rows if row.error]
    errors += [(f"{rows[0].name}-available", refusal)] if refusal else []
    context = {
        "facility": facility,
        "rows": rows,
        "errors": errors,
        "several": len(beds.hospitals_to_report(actor)) > 1,
    }
    return render(request, "epidemic/desk_beds.html", context, status=422 if errors else 200)


def _rows(known: BedsFile, before: Mapping[str, BedReport], typed: Mapping[str, str] | None) -> list[BedRow]:
    rows = []
    for name, each in known.types.items():
        last = before.get(name)
        if typed is None:
            values = (str(last.beds), str(last.available), str(last.queue)) if last else ("", "", "")
            rows.append(BedRow(name, each.name, *values, before=last))
        else:
            beds_, available, queue = (typed.get(f"{name}-{part}", "").strip()[:6] for part in PARTS)
            error = _problem(beds_, available, queue)
            rows.append(BedRow(name, each.name, beds_, available, queue, before=last, error=error))
    return rows


def _problem(beds_: str, available: str, queue: str) -> str:
    """Error text of a line; a line without beds and free ones is left out."""
    if not beds_ and not available:
        return ""
    if any(parse_number(each) is None for each in (beds_, available, queue or "0")):
        return _("Write whole numbers: all beds, and how many of them are free.")
    if int(available) > int(beds_):
        return _("There cannot be more free beds than beds.")
    return ""
