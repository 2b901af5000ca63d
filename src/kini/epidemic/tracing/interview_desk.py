"""Desk page of an interview: the contacts of a case, typed in or taken from the family register."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kini.city import queries as city_queries
from kini.city.models import Area
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.tracing_schema import Tracing
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import actions, queries
from kini.epidemic.tracing.models import ContactExposure, FollowUp
from kini.epidemic.tracing.personal_data import FOLLOW_UP_LABELS
from kini.epidemic.tracing.rules import Exposure
from kini.epidemic.tracing.work_list_desk import PURPOSE, log_persons
from kini.people import actions as people_actions
from kini.people.public import PersonDetails, contacts, details_of, officers_only, person_reads
from kini.people.queries import actor_for
from kini.web.formats import today
from kini.web.redirects import see_other


class ExposureForm(forms.Form):
    """Exposure of a contact, with choices of the disease's file."""

    relation = forms.ChoiceField(error_messages={"required": gettext_lazy("Choose the relation to the case.")})
    setting = forms.ChoiceField(error_messages={"required": gettext_lazy("Choose where they met.")})
    protections = forms.MultipleChoiceField(required=False)
    last_day = forms.DateField(error_messages={"required": gettext_lazy("Give the last day of the contact.")})
    first_day = forms.DateField(required=False)

    def __init__(self, tracing: Tracing, data: Any) -> None:
        super().__init__(data)
        for name, factors in (
            ("relation", tracing.relations),
            ("setting", tracing.settings),
            ("protections", tracing.protections),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(key, str(each.name)) for key, each in factors.items()]

    def exposure(self) -> Exposure:
        """Return the exposure of a valid form."""
        typed = self.cleaned_data
        return Exposure(
            typed["relation"], typed["setting"], typed["last_day"], typed["first_day"], tuple(typed["protections"])
        )


class ContactForm(ExposureForm):
    """A contact who is named in an interview."""

    name = forms.CharField(max_length=120, error_messages={"required": gettext_lazy("Write the contact's name.")})
    phone = forms.CharField(max_length=30, required=False)
    age = forms.IntegerField(min_value=0, max_value=120, required=False)
    sex = forms.ChoiceField(choices=[("", ""), ("female", ""), ("male", "")], required=False)
    area = forms.ModelChoiceField(Area.objects.filter(active=True), required=False)

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        if not typed:
            return ""
        try:
            return contacts.parse_phone(typed, pack.current().country).value
        except contacts.ContactError as error:
            raise forms.ValidationError(str(error)) from None

    def details(self, case: CaseRecord) -> PersonDetails:
        """Return the details of the person of a valid form."""
        typed = self.cleaned_data
        born = date(today().year - typed["age"], 1, 1) if typed["age"] is not None else None
        area = typed["area"].pk if typed["area"] else case.area_id
        return PersonDetails(typed["name"].strip(), born, "year" if born else "", typed["sex"], typed["phone"], area)


@dataclass(frozen=True, slots=True)
class NamedContact:
    """A contact on the page: its own health centre follows those whom this officer does not see."""

    exposure: ContactExposure
    name: str
    relation: object
    follow_up: object


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def interview_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the contacts of a case and a form for the next one; POST records one."""
    by, case = actor_for(request), find_case(request, reference)
    tracing = disease_of(case.disease).tracing
    if tracing is None:
        raise Http404
    if request.method != "POST":
        return _page(request, by, case, tracing, ContactForm(tracing, None))
    form = ContactForm(tracing, request.POST)
    if not form.is_valid():
        return _page(request, by, case, tracing, form)
    try:
        actions.record_named_contact(
            by=by,
            case=case,
            details=form.details(case),
            exposure=form.exposure(),
            client_key=_key(request),
        )
    except ActionRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, by, case, tracing, form)
    messages.success(request, _("Kept. Name the next contact, or leave the page."))
    return see_other("epidemic:desk-interview", case.reference)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_POST
def household(request: HttpRequest, reference: str) -> HttpResponse:
    """Record the ticked members of the household as contacts."""
    by, case = actor_for(request), find_case(request, reference)
    tracing = disease_of(case.disease).tracing
    if tracing is None:
        raise Http404
    ticked = set(request.POST.getlist("member"))
    members = [each for each in queries.household_of_case(case) if str(each.pk) in ticked]
    relation = next((name for name, each in tracing.relations.items() if each.household), "")
    data = request.POST.copy()
    data.setlist("relation", [relation])
    data.setlist("setting", [next(iter(tracing.settings))])
    form = ExposureForm(tracing, data)
    if not members or not form.is_valid():
        messages.error(request, _("Tick who lives there, and give the last day of the contact."))
        return see_other("epidemic:desk-interview", case.reference)
    try:
        actions.record_household(by=by, case=case, members=members, exposure=form.exposure())
        messages.success(request, _("Kept."))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return see_other("epidemic:desk-interview", case.reference)


def interview_address(by: Actor, case: CaseRecord) -> str:
    """Return the address of a case's interview for an officer who traces its contacts, else ""."""
    if disease_of(case.disease).tracing is None or not queries.may_trace_case(by, case):
        return ""
    return reverse("epidemic:desk-interview", args=[case.reference])


def find_case(request: HttpRequest, reference: str) -> CaseRecord:
    """Return a case whose contacts the officer traces, with the read logged; 404 for all others."""
    by = actor_for(request)
    case = CaseRecord.objects.select_related("person__resident", "area").filter(reference=reference).first()
    if case is None or not queries.may_trace_case(by, case):
        raise Http404
    people_actions.log_reads(by=by, what=PURPOSE, reads=person_reads([case.person]), purpose=PURPOSE)
    return case


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return uuid4()


def _page(request: HttpRequest, by: Actor, case: CaseRecord, tracing: Tracing, form: ContactForm) -> HttpResponse:
    disease = disease_of(case.disease)
    named = _named(by, case, tracing)
    household = queries.household_of_case(case)
    people_actions.log_reads(
        by=by, what=PURPOSE, reads=person_reads([each.person for each in household]), purpose=PURPOSE
    )
    infectious = queries.infectious_days(case)
    context = {
        "case": case,
        "person": details_of(case.person),
        "disease": disease,
        "tracing": tracing,
        "infectious": infectious,
        "named": named,
        "household": [(each, queries.relation_in_family(case, each)) for each in household],
        "groups": area_groups(form.data.get("area") or case.area_id),
        "form": form,
        "chosen": {name: request.POST.getlist(name) for name in ("relation", "setting", "protections")},
        "typed": form.data,
        "errors": [
            (name if name != "__all__" else "name", each) for name, some in form.errors.items() for each in some
        ],
        "today": today(),
        "key": request.GET.get("key") if form.is_bound else uuid4(),
    }
    return render(request, "epidemic/tracing/interview.html", context, status=422 if form.errors else 200)


def _named(by: Actor, case: CaseRecord, tracing: Tracing) -> list[NamedContact]:
    rows = ContactExposure.objects.filter(case=case).select_related("contact__person__resident", "contact__unit")
    exposures = list(rows.order_by("-created_at", "pk"))
    seen = set(
        queries.visible_contacts(by).filter(pk__in=[each.contact_id for each in exposures]).values_list("pk", flat=True)
    )
    log_persons(by, [each.contact for each in exposures if each.contact_id in seen])
    return [
        NamedContact(
            each,
            details_of(each.contact.person).name if each.contact_id in seen else "",
            tracing.relations[each.relation].name if each.relation in tracing.relations else each.relation,
            FOLLOW_UP_LABELS[FollowUp(each.contact.follow_up)],
        )
        for each in exposures
    ]


def area_groups(chosen: str) -> list[dict[str, Any]]:
    """Return the areas of a grouped list, with the chosen one marked."""
    return [
        {
            "label": around,
            "options": [{"value": a.code, "label": a.name, "chosen": a.code == chosen} for a in areas],
        }
        for around, areas in city_queries.lowest_level_areas()
    ]
