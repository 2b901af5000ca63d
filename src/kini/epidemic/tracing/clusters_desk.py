"""Desk pages of clusters: venues and events with the cases among those who were there."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kini.city.models import Area
from kini.core.actors import ActionRefused
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.queries import standing
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import actions, chains
from kini.epidemic.tracing.figures_desk import own_area, traced_diseases
from kini.epidemic.tracing.interview_desk import area_groups, find_case
from kini.epidemic.tracing.likely_sources import infection_days
from kini.epidemic.tracing.models import Gathering
from kini.epidemic.tracing.tracing_indicators import TRACED
from kini.people.public import officers_only, permission_filters
from kini.people.queries import actor_for
from kini.records.public import visible
from kini.web import formats
from kini.web.formats import today
from kini.web.redirects import see_other

SHOWN = 100


class VisitForm(forms.Form):
    """A venue or event where a case was, told with consent."""

    name = forms.CharField(max_length=160, error_messages={"required": gettext_lazy("Write the name of the place.")})
    setting = forms.CharField(error_messages={"required": gettext_lazy("Choose where they met.")})
    day = forms.DateField(error_messages={"required": gettext_lazy("Give the day.")})
    people = forms.IntegerField(min_value=1, max_value=100_000, required=False)
    area = forms.ModelChoiceField(Area.objects.filter(active=True), required=False)
    consent = forms.BooleanField(error_messages={"required": gettext_lazy("Ask the person first.")})


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD"])
def clusters_page(request: HttpRequest) -> HttpResponse:
    """List the gatherings of the officer's area, those with the most cases first."""
    by = actor_for(request)
    area = own_area(by)
    inside = permission_filters.visible_cases_q(
        by, EpidemicPermission.TRACE_CONTACTS, permission_filters.ScopeColumns(service="")
    )
    gatherings = Gathering.objects.filter(inside).select_related("area").order_by("-last_day", "-pk")[:SHOWN]
    rows = sorted(((each, _ill(each)) for each in gatherings), key=lambda row: -len(row[1]))
    names = traced_diseases()
    context = {"area": area, "rows": [(each, len(ill), names.get(each.disease, each.disease)) for each, ill in rows]}
    return render(request, "epidemic/tracing/clusters.html", context)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD"])
def cluster_page(request: HttpRequest, gathering: int) -> HttpResponse:
    """Show a cluster: cases among those who were there, with a time line and the share who fell ill."""
    by = actor_for(request)
    inside = permission_filters.visible_cases_q(
        by, EpidemicPermission.TRACE_CONTACTS, permission_filters.ScopeColumns(service="")
    )
    cluster = Gathering.objects.filter(inside, pk=gathering).select_related("area").first()
    if cluster is None:
        raise Http404
    ill = _ill(cluster)
    readable = set(visible(by, CaseRecord).filter(pk__in=[each.pk for each in ill]).values_list("pk", flat=True))
    cases = [
        chains.ChainCase(
            each.pk,
            each.reference if each.pk in readable else "",
            each.area.name,
            each.onset_on or each.reported_on,
            each.classification,
            0,
        )
        for each in ill
    ]
    chain = chains.place(cases, chains.links_of([each.pk for each in ill]))
    labels = {each.key: each.label or _("Case in {area}").format(area=each.area) for each in cases}
    people = max(cluster.people or 0, cluster.attendances.count())
    context = {
        "cluster": cluster,
        "disease": disease_of(cluster.disease),
        "people": people,
        "ill": len(ill),
        "percent": 100 * len(ill) / people if people else None,
        "rows": [(each, labels[each.case.key]) for each in chain.cases],
        "time_line": chains.draw_time_line(chain, labels, cluster.disease, formats.day_short),
    }
    return render(request, "epidemic/tracing/cluster.html", context)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a venue or event where a case was, in the days in which they may have been infected or infected others."""
    by, case = actor_for(request), find_case(request, reference)
    tracing = disease_of(case.disease).tracing
    if tracing is None:
        raise Http404
    form = VisitForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            gathering = actions.record_gathering(
                by=by,
                disease=case.disease,
                name=typed["name"],
                setting=typed["setting"],
                area=typed["area"] or case.area,
                first_day=typed["day"],
                people=typed["people"],
            )
            actions.record_attendance(
                by=by, gathering=gathering, person=case.person, day=typed["day"], consent_evidence=case.reference
            )
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Kept."))
            return see_other("epidemic:desk-interview", case.reference)
    onset = case.onset_on or case.reported_on
    context = {
        "case": case,
        "form": form,
        "typed": form.data,
        "settings": [(name, each.name) for name, each in tracing.settings.items()],
        "infection": infection_days(case.disease, onset),
        "groups": area_groups(form.data.get("area") or case.area_id),
        "errors": [
            (name if name != "__all__" else "name", each) for name, some in form.errors.items() for each in some
        ],
        "today": today(),
    }
    return render(request, "epidemic/tracing/visit.html", context, status=422 if form.errors else 200)


def _ill(gathering: Gathering) -> list[CaseRecord]:
    """Cases among those who were there whose incubation allows that they were infected there."""
    days = dict(gathering.attendances.values_list("person", "day"))
    cases = standing().filter(person__in=days, disease=gathering.disease, classification__in=TRACED)
    ill = []
    for case in cases.select_related("area").order_by("onset_on", "pk"):
        first, last = infection_days(case.disease, case.onset_on or case.reported_on)
        if first <= days[case.person_id] <= last:
            ill.append(case)
    return ill
