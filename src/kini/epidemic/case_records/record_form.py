"""The form by which a nurse records a patient, also without a net.

The empty form is public and holds nothing personal, so that the service worker keeps it on the phone. What is sent
without a net waits there under the key in the form's address, and is stored once however often it arrives.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.city import queries as city_queries
from kini.city.models import Unit
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import actions, case_forms
from kini.epidemic.case_records.actions import FirstTest, NewCase, NewExposure, RecordedAlready
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.record_access import facilities_where_records
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.permissions import EpidemicPermission
from kini.people.public import NATIONAL_ID, PersonDetails
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere, parse_national_id
from kini.records.public import may_read
from kini.services.public import FieldBase, FormData, PageSnapshot, questions
from kini.web.csrf import same_origin_suffices
from kini.web.formats import today
from kini.web.offline_pages import mark_available_offline
from kini.web.redirects import see_other

KEY = re.compile(r"[0-9a-f-]{36}")


@same_origin_suffices
@require_http_methods(["GET", "HEAD", "POST"])
def record_patient(request: HttpRequest, disease: str) -> HttpResponse:
    """Show the empty form, or record a patient and lead to the record."""
    asked = diseases().get(disease)
    if asked is None:
        raise Http404
    by = actor_for(request) if request.user.is_authenticated else None
    if request.method == "POST" and by is None:
        return redirect_to_login(request.path)
    facilities = facilities_where_records(by) if by else []
    fields = case_forms.patient_fields(asked, facilities)
    page = PageSnapshot(key="patient", heading=case_forms.text(_("Record a patient")), fields=fields)
    if request.method != "POST":
        response = _form(request, disease, asked, page, questions.ParsedPage())
        mark_available_offline(response)
        return response
    assert by
    parsed = questions.parse_page(page, FormData(request.POST, request.FILES))
    if parsed.errors:
        return _form(request, disease, asked, page, parsed, status=422)
    try:
        case = _record(by, request, disease, parsed.values, facilities)
    except RecordedAlready as conflict:
        shown = conflict.case if may_read(by, conflict.case) else None
        return _form(request, disease, asked, page, parsed, refusal=str(conflict), existing=shown, status=409)
    except ActionRefused as refusal:
        return _form(request, disease, asked, page, parsed, refusal=str(refusal), status=409)
    return see_other("epidemic:desk-case", case.reference)


def _record(
    by: Actor, request: HttpRequest, disease: str, values: dict[str, Any], facilities: list[Unit]
) -> CaseRecord:
    facility = next((each for each in facilities if each.pk == values.get("facility", each.pk)), None)
    identifier = case_forms.identifier_of(values["number"])
    result = case_forms.first_test_of(values.get("test"))
    key = request.GET.get("key", "")
    case = NewCase(
        disease,
        None,
        area=city_queries.area(values["area"]),
        onset_on=case_forms.day_of(values["onset"]),
        symptoms=values["symptoms"] or (),
        exposures=[NewExposure(each) for each in values.get("exposures") or ()],
        facility=facility,
        note=values["note"] or "",
        source_key=key if KEY.fullmatch(key) else "",
    )
    return actions.record_patient(
        by=by,
        details=_details(values, identifier.value if identifier and identifier.type == NATIONAL_ID else ""),
        identifier=identifier,
        case=case,
        test=FirstTest(*result, today()) if result else None,
    )


def _details(values: dict[str, Any], number: str) -> PersonDetails:
    """Details as typed; birth date and sex that the national number has are taken from it."""
    year = case_forms.birth_year_of(values["born"], today())
    born, precision, sex = (date(year, 1, 1), "year", values["sex"] or "") if year else (None, "", values["sex"] or "")
    if number:
        try:
            known = parse_national_id(number, pack.current().national_id, today())
        except ValueError as wrong:
            raise ActionRefused(str(wrong)) from None
        born, precision, sex = (known.birth_date, "day", known.sex) if known.birth_date else (born, precision, sex)
    phone = "".join(each for each in values["phone"] or "" if each.isdigit() or each == "+")
    return PersonDetails(values["name"], born, precision, sex, phone, values["area"])


def _form(
    request: HttpRequest,
    name: str,
    disease: Disease,
    page: PageSnapshot,
    parsed: questions.ParsedPage,
    *,
    refusal: str = "",
    existing: CaseRecord | None = None,
    status: int = 200,
) -> HttpResponse:
    errors = [(page.fields[key].anchor(key), message) for key, message in parsed.errors.items()]
    key = request.GET.get("key", "")
    context = {
        "name": name,
        "disease": disease,
        "inputs": inputs_of(page.fields, parsed),
        "errors": [("", refusal), *errors] if refusal else errors,
        "existing": existing,
        "key": key if KEY.fullmatch(key) else str(uuid4()),
        "may_record": request.user.is_authenticated
        and may_somewhere(actor_for(request), EpidemicPermission.RECORD_CASES),
    }
    return render(request, "epidemic/record_patient.html", context, status=status)


@dataclass(frozen=True, slots=True)
class FormInput:
    """A field with its value and error, for a template."""

    field: FieldBase
    name: str
    typed: Any
    error: str


def inputs_of(fields: dict[str, FieldBase], parsed: questions.ParsedPage) -> list[FormInput]:
    """Return the fields of a form with their values and errors."""
    return [FormInput(each, name, parsed.typed.get(name), parsed.errors.get(name, "")) for name, each in fields.items()]
