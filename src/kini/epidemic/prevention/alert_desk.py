"""Officers' pages of health alerts: write one or take it over from surveillance, and send somebody else's."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import city_tables, pack
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention import actions
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention.actions import AlertContent
from kini.epidemic.prevention.alert_pages import view_of
from kini.epidemic.prevention.models import HealthAlert
from kini.epidemic.surveillance.models import AreaAlert
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.web.formats import today

MOST_SHOWN = 50
URGENCIES = {
    "Immediate": gettext_lazy("Act now"),
    "Expected": gettext_lazy("Act within hours"),
    "Future": gettext_lazy("Act within days"),
}
SEVERITIES = {
    "Extreme": gettext_lazy("Extraordinary danger to life"),
    "Severe": gettext_lazy("Great danger"),
    "Moderate": gettext_lazy("Possible danger"),
    "Minor": gettext_lazy("Little danger"),
}
CERTAINTIES = {
    "Observed": gettext_lazy("It happens now"),
    "Likely": gettext_lazy("Likely"),
    "Possible": gettext_lazy("Possible"),
}


class AlertForm(forms.Form):
    """A draft. Areas are written as names, one a line, as officers copy them from lists."""

    disease = forms.ChoiceField(label=gettext_lazy("Disease"))
    areas = forms.CharField(
        label=gettext_lazy("Areas, one a line (name or code)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    severity = forms.ChoiceField(label=gettext_lazy("How grave?"), choices=SEVERITIES.items(), initial="Moderate")
    urgency = forms.ChoiceField(label=gettext_lazy("How urgent?"), choices=URGENCIES.items(), initial="Expected")
    certainty = forms.ChoiceField(label=gettext_lazy("How sure?"), choices=CERTAINTIES.items(), initial="Observed")
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = [(name, str(disease.name)) for name, disease in diseases().items()]
        disease = self.fields["disease"]
        assert isinstance(disease, forms.ChoiceField)
        disease.choices = known
        for language in pack.current().languages:
            first = language == pack.current().languages[0]
            for part, label, most in (
                ("headline", _("Headline"), 120),
                ("description", _("What is going on?"), 600),
                ("instruction", _("What should people do?"), 600),
            ):
                widget = forms.TextInput() if part == "headline" else forms.Textarea(attrs={"rows": 3})
                self.fields[f"{part}-{language}"] = forms.CharField(
                    label=f"{label} ({language})", max_length=most, required=first, widget=widget
                )
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean_areas(self) -> list[Area]:
        """Areas by name or code."""
        areas: list[Area] = []
        for typed in self.cleaned_data["areas"].splitlines():
            if not typed.strip():
                continue
            area = city.area(typed.strip()[:20]) or _by_name(typed)
            if area is None:
                raise forms.ValidationError(_("There is no single area “%(name)s”. Write its code.") % {"name": typed})
            areas.append(area)
        return areas

    def content(self) -> AlertContent:
        """Content of a valid form."""
        data = self.cleaned_data
        end = datetime.combine(data["last_day"], time(23, 59), tzinfo=pack.current().timezone)
        texts = {
            language: {part: data[f"{part}-{language}"].strip() for part in ("headline", "description", "instruction")}
            for language in pack.current().languages
        }
        return AlertContent(
            data["disease"], data["areas"], data["urgency"], data["severity"], data["certainty"], texts, end
        )


def _by_name(typed: str) -> Area | None:
    """The only active area of any level with this name."""
    name = typed.strip().casefold()
    same = [each for each in city_tables().areas.values() if each.active and each.name.casefold() == name]
    lowest = [each for each in same if each.level == pack.current().lowest_level]
    return same[0] if len(same) == 1 else lowest[0] if len(lowest) == 1 else None


@officers_only(EpidemicPermission.SEND_HEALTH_ALERTS)
@require_safe
def alert_list(request: HttpRequest) -> HttpResponse:
    """Drafts to check, alerts of surveillance that were judged real, and sent alerts."""
    drafts = HealthAlert.objects.filter(sent_at=None).prefetch_related("areas").order_by("-written_at")
    taken = HealthAlert.objects.exclude(area_alert=None).values("area_alert")
    since = today() - timedelta(days=28)
    proposals = AreaAlert.objects.filter(state=AreaAlert.REAL, week__gte=since).exclude(pk__in=taken)
    context = {
        "drafts": [view_of(each) for each in drafts[:MOST_SHOWN]],
        "proposals": [
            (each, diseases()[each.disease].name)
            for each in proposals.select_related("area").order_by("-week", "-cases")[:MOST_SHOWN]
            if each.disease in diseases()
        ],
        "sent": [view_of(each) for each in alerts.sent_alerts()[:MOST_SHOWN]],
    }
    return render(request, "epidemic/desk_alerts.html", context)


@officers_only(EpidemicPermission.SEND_HEALTH_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Form of a draft: new, from an alert of surveillance (`from`), or an update or cancellation (`replaces`)."""
    proposal = AreaAlert.objects.filter(pk=parse_pk(request.GET.get("from")), state=AreaAlert.REAL).first()
    replaced = alerts.sent_alerts().filter(pk=parse_pk(request.GET.get("replaces"))).first()
    kind = "Alert" if replaced is None else "Cancel" if "cancel" in request.GET else "Update"
    form = AlertForm(request.POST or None, initial=_initial(proposal, replaced))
    if request.method == "POST" and form.is_valid():
        try:
            draft = actions.write_alert(
                by=actor_for(request), content=form.content(), type=kind, replaces=replaced, area_alert=proposal
            )
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("epidemic:desk-health-alert", draft.pk)
    for name in form.errors.keys() & form.fields.keys():
        form.fields[name].widget.attrs["aria-describedby"] = f"id_{name}-error"
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    context = {"form": form, "kind": kind, "replaced": replaced, "errors": errors}
    return render(request, "epidemic/desk_alert_form.html", context, status=422 if errors else 200)


def _initial(proposal: AreaAlert | None, replaced: HealthAlert | None) -> dict[str, Any]:
    if replaced:
        texts = {f"{part}-{language}": text for language, each in replaced.texts.items() for part, text in each.items()}
        codes = "\n".join(each.code for each in replaced.areas.all())
        same = {name: getattr(replaced, name) for name in ("disease", "severity", "urgency", "certainty")}
        return {**texts, **same, "areas": codes, "last_day": max(replaced.expires_at.date(), today())}
    if proposal:
        return {"disease": proposal.disease, "areas": proposal.area_id, "last_day": today() + timedelta(days=14)}
    return {"last_day": today() + timedelta(days=14)}


@officers_only(EpidemicPermission.SEND_HEALTH_ALERTS)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: int) -> HttpResponse:
    """A draft as residents will read it, with the buttons to send or to discard it; or a sent alert."""
    row = get_object_or_404(HealthAlert.objects.prefetch_related("areas"), pk=number)
    actor, refusal = actor_for(request), ""
    if request.method == "POST":
        if row.sent_at:
            raise Http404
        act = actions.discard_alert if "discard" in request.POST else actions.send_alert
        try:
            act(by=actor, alert=row)
        except ActionRefused as error:
            refusal = str(error)
        else:
            messages.success(request, _("Discarded.") if "discard" in request.POST else _("Sent."))
            return redirect("epidemic:desk-health-alerts")
    context = {
        "view": view_of(row),
        "own": row.written_by_id == actor.user_id,
        "people": alerts.subscribers(row).count(),
        "errors": [("discard", refusal)] if refusal else [],
    }
    return render(request, "epidemic/desk_alert.html", context, status=422 if refusal else 200)
