"""Desk of the data officer: what SATUSEHAT refused, what differs, and comparisons of a day."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.core.jobs import enqueue
from kini.core.typed_values import parse_day
from kini.epidemic.models import CaseRecord
from kini.people.public import details_of, officers_only
from kini.people.queries import actor_for
from kini.records.public import require_read, visible
from kini.satusehat import actions, difference_labels
from kini.satusehat.models import Comparison, NationalRecord, PulledDifference
from kini.satusehat.permissions import SatusehatPermission
from kini.satusehat.satusehat_client import clients
from kini.vaccination.models import Dose
from kini.vaccination.public import CORRECT_DOSES, campaign_files, dose_by_number
from kini.web.formats import today
from kini.web.redirects import see_other

MOST = 100


@officers_only(SatusehatPermission.RECONCILE)
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """List what was refused and what differs, without names, so that no read is logged."""
    by = actor_for(request)
    refused = NationalRecord.objects.filter(record_type="dose", state="refused")
    doses = visible(by, Dose, Dose.objects.filter(pk__in=refused.values("record_id"))).select_related("site")
    shown = list(doses.order_by("given_on", "pk")[:MOST])
    problems = dict(refused.filter(record_id__in=[each.pk for each in shown]).values_list("record_id", "problems"))
    differences = visible(by, PulledDifference, PulledDifference.objects.filter(decision="")).select_related("dose")
    context = {
        "refused": [(dose, _sentences("dose", dose.reference, problems.get(dose.pk, []))) for dose in shown],
        "illnesses": _refused_illnesses(by),
        "differences": [
            (each, difference_labels.PULLED[each.kind]) for each in differences.order_by("found_at", "pk")[:MOST]
        ],
        "comparisons": [
            (each, each.ours == each.theirs == each.equal) for each in Comparison.objects.order_by("-day")[:14]
        ],
        "waiting": NationalRecord.objects.filter(state="waiting").count(),
        "is_connected": bool(clients()),
        "today": today(),
    }
    return render(request, "satusehat/work_list.html", context)


def _sentences(record_type: str, reference: str, problems: list[dict[str, str]]) -> list[dict[str, Any]]:
    return difference_labels.sentences_of(problems, difference_labels.pages_of(record_type, reference))


def _refused_illnesses(by: Actor) -> list[tuple[NationalRecord, str, list[dict[str, Any]]]]:
    """Case records and laboratory results that were refused, with the number of the case record and the reasons.

    They are listed for those who may read the case record, by its number alone.
    """
    refused = NationalRecord.objects.filter(record_type__in=("test", "case"), state="refused").order_by("pk")[:MOST]
    return [
        (each, case.reference, _sentences("case", case.reference, each.problems))
        for each in refused
        if (case := _case_of(by, each))
    ]


def _case_of(by: Actor, national: NationalRecord) -> CaseRecord | None:
    """Case record of a record sent to SATUSEHAT, if the officer may read it."""
    key = "pk" if national.record_type == "case" else "lab_tests"
    return visible(by, CaseRecord, CaseRecord.objects.filter(**{key: national.record_id})).first()


@officers_only(SatusehatPermission.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def dose(request: HttpRequest, reference: str) -> HttpResponse:
    """Show why a dose was refused and what to correct; the read is logged. A POST sends it again."""
    by, record = actor_for(request), dose_by_number(reference)
    if record is None or record.source != "site":
        raise Http404
    require_read(by, record, CORRECT_DOSES)
    if request.method == "POST":
        if actions.send_again(by=by, dose=record):
            messages.success(request, _("It is sent again."))
        else:
            messages.error(request, _("No organization of SATUSEHAT is set up for this site."))
        return see_other("satusehat:desk-list")
    national = NationalRecord.objects.filter(record_type="dose", record_id=record.pk).first()
    context = {
        "dose": record,
        "vaccine": campaign_files.vaccine_name(record.vaccine),
        "person": details_of(record.person),
        "national": national,
        "problems": _sentences("dose", record.reference, national.problems) if national else [],
    }
    return render(request, "satusehat/dose.html", context)


@officers_only(SatusehatPermission.RECONCILE)
@require_POST
def illness(request: HttpRequest, record: int) -> HttpResponse:
    """Send a refused case record or laboratory result again."""
    by = actor_for(request)
    national = get_object_or_404(NationalRecord, pk=record, record_type__in=("test", "case"))
    if _case_of(by, national) is None:
        raise Http404
    if actions.send_illness_again(by=by, national=national):
        messages.success(request, _("It is sent again."))
    else:
        messages.error(request, _("This city is not connected to SATUSEHAT."))
    return see_other("satusehat:desk-list")


@officers_only(SatusehatPermission.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: HttpRequest, difference: int) -> HttpResponse:
    """Show both sides of a pulled dose that differs, or decide about it; the read is logged."""
    by = actor_for(request)
    row = get_object_or_404(PulledDifference.objects.select_related("dose__lot", "person__resident"), pk=difference)
    require_read(by, row, CORRECT_DOSES)
    typed = {name: request.POST.get(name, "")[:240] for name in ("decision", "reason")}
    refusal = ""
    if request.method == "POST":
        try:
            actions.decide_difference(by=by, difference=row, **typed)
        except ActionRefused as wrong:
            refusal = str(wrong)
        else:
            messages.success(request, _("Saved."))
            return see_other("satusehat:desk-list")
    context = {
        "difference": row,
        "kind": difference_labels.PULLED[row.kind],
        "person": details_of(row.person),
        "rows": _both_sides(row),
        "typed": typed,
        "errors": [("reason", refusal)] if refusal else [],
    }
    return render(request, "satusehat/difference.html", context, status=409 if refusal else 200)


def _both_sides(row: PulledDifference) -> list[tuple[str, str, str]]:
    """Rows of label, ours and theirs."""
    ours, theirs = row.dose, row.theirs
    given = {True: _("Given"), False: _("Not given")}
    lot = (ours.lot.number if ours.lot else ours.lot_number) if ours else ""
    their_vaccine = difference_labels.their_vaccine(theirs)
    return [
        (_("State"), given[ours.state == "given"] if ours else "–", given[theirs["status"] == "completed"]),
        (_("Vaccine"), campaign_files.vaccine_name(ours.vaccine) if ours else "–", their_vaccine),
        (_("Dose"), str(ours.number) if ours else "–", str(theirs["number"] or "–")),
        (_("Day"), ours.given_on.isoformat() if ours else "–", theirs["day"]),
        (_("Lot"), lot or "–", theirs["lot"] or "–"),
        (_("Place"), (ours.site.name if ours.site else ours.elsewhere) if ours else "–", theirs["place"] or "–"),
    ]


@officers_only(SatusehatPermission.RECONCILE)
@require_safe
def comparison(request: HttpRequest, comparison: int) -> HttpResponse:
    """Show the differences of a day, by reference and reason, of doses that the officer may read."""
    by, row = actor_for(request), get_object_or_404(Comparison, pk=comparison)
    doses = [each["dose"] for each in row.differences if each["dose"]]
    readable = set(visible(by, Dose, Dose.objects.filter(pk__in=doses)).values_list("pk", flat=True))
    shown = [each for each in row.differences if each["dose"] is None or each["dose"] in readable]
    context: dict[str, Any] = {
        "comparison": row,
        "differences": [(each, difference_labels.difference_words(each)) for each in shown],
        "repairable": sum(each["kind"] in actions.REPAIRED for each in shown),
    }
    return render(request, "satusehat/comparison.html", context)


@officers_only(SatusehatPermission.RECONCILE)
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Compare a day: the worker asks SATUSEHAT."""
    day = parse_day(request.POST.get("day"))
    if day is None:
        messages.error(request, _("Choose a day."))
        return see_other("satusehat:desk-list")
    configured = clients()
    if not configured:
        messages.error(request, _("This city is not connected to SATUSEHAT."))
        return see_other("satusehat:desk-list")
    for client in configured:
        enqueue("satusehat.compare_day", organization=client.organization, day=day.isoformat())
    messages.success(request, _("The day is being compared. Open this page again in a minute."))
    return see_other("satusehat:desk-list")


@officers_only(SatusehatPermission.RECONCILE)
@require_POST
def repair(request: HttpRequest, comparison: int) -> HttpResponse:
    """Send again what a comparison found."""
    row = get_object_or_404(Comparison, pk=comparison)
    count = actions.repair(by=actor_for(request), comparison=row)
    messages.success(request, _("%(count)d doses are sent again.") % {"count": count})
    return see_other("satusehat:desk-list")
