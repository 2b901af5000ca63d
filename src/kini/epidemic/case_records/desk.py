"""Desk pages of case records: list, one record with what can be done, its correction, likely duplicates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city import queries as city_queries
from kini.city.models import Unit
from kini.core.actors import ActionRefused, Actor
from kini.core.ids import parse_pk
from kini.epidemic.case_records import actions, case_forms, labels, queries
from kini.epidemic.case_records.actions import CaseCorrection, NewTest
from kini.epidemic.case_records.case_change import StaleForm
from kini.epidemic.case_records.case_forms import day_of
from kini.epidemic.case_records.models import CaseMerge, CaseRecord
from kini.epidemic.case_records.record_access import CARE, CARING, case_by_number, case_pages
from kini.epidemic.case_records.record_form import inputs_of
from kini.epidemic.diseases.disease_files import disease_of, diseases
from kini.epidemic.diseases.schema import Classification, Disease
from kini.epidemic.permissions import EpidemicPermission
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.public import access_purposes, details_of, officers_only, person_reads
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere
from kini.records.public import facilities_of, require_read, visible
from kini.services.public import FieldBase, FormData, PageSnapshot, questions
from kini.web.redirects import see_other

PER_PAGE = 50
type Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that an officer does with a record: a form of a few fields, and the action that takes them."""

    label: Any
    fields: Callable[[Disease, list[Unit]], dict[str, FieldBase]]
    run: Callable[[Actor, CaseRecord, Values], object]
    facilities: bool = False


def _test(by: Actor, case: CaseRecord, values: Values) -> object:
    test, result = case_forms.first_test_of(values["test"]) or ("", "")
    specimen_on = day_of(values["specimen"])
    assert specimen_on
    return actions.record_test(by=by, test=NewTest(case.disease, test, specimen_on, case=case, result=result))


def _stay(by: Actor, case: CaseRecord, values: Values) -> object:
    admitted_on = day_of(values["admitted"])
    assert admitted_on
    facility = city_queries.unit(values["facility"]) if values.get("facility") else None
    return actions.record_stay(
        by=by,
        case=case,
        ward=values["ward"],
        admitted_on=admitted_on,
        discharged_on=day_of(values["discharged"]),
        facility=facility,
    )


def _discharge(by: Actor, case: CaseRecord, values: Values) -> object:
    stay = case.stays.filter(discharged_on=None).first()
    left_on = day_of(values["on"])
    if stay is None or left_on is None:
        raise ActionRefused(_("This stay has ended already."))
    return actions.end_stay(by=by, stay=stay, on=left_on)


def _outcome(by: Actor, case: CaseRecord, values: Values) -> object:
    return actions.record_outcome(by=by, case=case, outcome=values["outcome"], on=day_of(values["on"]))


def _classify(by: Actor, case: CaseRecord, values: Values) -> object:
    classification = Classification(values["classification"])
    return actions.classify_by_hand(by=by, case=case, classification=classification, reason=values["reason"])


def _transfer(by: Actor, case: CaseRecord, values: Values) -> object:
    facility = city_queries.unit(values["facility"])
    assert facility
    return actions.transfer_case(by=by, case=case, facility=facility, reason=values["reason"])


def _decide(by: Actor, case: CaseRecord, values: Values) -> object:
    dispute = case.disputes.filter(decision="").first()
    if dispute is None:
        raise ActionRefused(_("This was decided already."))
    return actions.decide_dispute(by=by, dispute=dispute, decision=values["decision"], answer=values["answer"])


DEEDS = {
    "dispute": Deed(gettext_lazy("Decide on what the patient says"), case_forms.dispute_fields, _decide),
    "test": Deed(gettext_lazy("Record a test result"), case_forms.test_fields, _test),
    "stay": Deed(gettext_lazy("Record a stay in hospital"), case_forms.stay_fields, _stay, facilities=True),
    "discharge": Deed(gettext_lazy("Record that the patient left"), case_forms.discharge_fields, _discharge),
    "outcome": Deed(gettext_lazy("Record the outcome"), case_forms.outcome_fields, _outcome),
    "classification": Deed(gettext_lazy("Classify by hand"), case_forms.classification_fields, _classify),
    "transfer": Deed(
        gettext_lazy("Transfer to another facility"), case_forms.transfer_fields, _transfer, facilities=True
    ),
}


@officers_only(EpidemicPermission.SEE_FACILITY_RECORDS)
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the records that the officer may read, newest first; without names, so that no read is logged."""
    by = actor_for(request)
    asked = {name: request.GET.get(name, "")[:80] for name in ("disease", "classification", "q", "mine")}
    if asked["q"] and (case := case_by_number(asked["q"])) and visible(by, CaseRecord).filter(pk=case.pk).exists():
        return see_other("epidemic:desk-case", case.reference)
    rows = _filtered(visible(by, CaseRecord, queries.standing()), asked, by)
    page = Paginator(rows.select_related("area", "facility").order_by("-reported_on", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [(each, labels.disease_name(each.disease), labels.outcome_name(each)) for each in page],
        "labels": labels.CLASSIFICATIONS,
        "diseases": [(name, str(each.name)) for name, each in diseases().items()],
        "asked": asked,
        "missed": bool(asked["q"]),
        "may_record": may_somewhere(by, EpidemicPermission.RECORD_CASES),
    }
    return render(request, "epidemic/cases.html", context)


def _filtered(rows: QuerySet[CaseRecord], asked: dict[str, str], by: Actor) -> QuerySet[CaseRecord]:
    for name in ("disease", "classification"):
        if asked[name]:
            rows = rows.filter(**{name: asked[name]})
    if asked["mine"]:
        rows = rows.filter(facility__in=facilities_of(by))
    return rows.none() if asked["q"] else rows


@officers_only(EpidemicPermission.SEE_FACILITY_RECORDS)
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a record with its history; the read is logged."""
    return _case_page(request, _opened(request, reference))


@officers_only(EpidemicPermission.RECORD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def deed(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """Show the form of a deed, or do it and lead back to the record."""
    record, known = _opened(request, reference), DEEDS.get(deed)
    if known is None:
        raise Http404
    fields = known.fields(disease_of(record.disease), _transfer_targets() if known.facilities else [])
    page = PageSnapshot(key=deed, heading=case_forms.text(known.label), fields=fields)
    parsed = questions.ParsedPage()
    refusal = ""
    if request.method == "POST":
        parsed = questions.parse_page(page, FormData(request.POST, request.FILES))
        if not parsed.errors:
            try:
                known.run(actor_for(request), record, parsed.values)
            except ActionRefused as wrong:
                refusal = str(wrong)
            else:
                messages.success(request, _("Saved."))
                return see_other("epidemic:desk-case", record.reference)
    return _form_page(request, record, known.label, page, parsed, refusal=refusal)


@officers_only(EpidemicPermission.RECORD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Correct a record. A stale form is shown again with what was typed beside the record as it is now."""
    record = _opened(request, reference)
    page = PageSnapshot(
        key="correct",
        heading=case_forms.text(_("Correct the record")),
        fields=case_forms.correction_fields(disease_of(record.disease)),
    )
    version = request.POST.get("version", "")
    parsed = questions.ParsedPage(typed=_typed(page, record))
    refusal, now = "", None
    if request.method == "POST":
        parsed = questions.parse_page(page, FormData(request.POST, request.FILES), extra_inputs=frozenset({"version"}))
        if not parsed.errors:
            try:
                _correct(actor_for(request), record, parsed.values, parse_pk(version))
            except StaleForm as stale:
                refusal, now = str(stale), stale.case
            except ActionRefused as wrong:
                refusal = str(wrong)
            else:
                messages.success(request, _("Saved."))
                return see_other("epidemic:desk-case", record.reference)
    context = {"version": now.version if now else record.version, "now": _shown(page, now) if now else []}
    return _form_page(request, record, page.heading, page, parsed, refusal=refusal, **context)


@officers_only(EpidemicPermission.RECORD_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def duplicates(request: HttpRequest, reference: str) -> HttpResponse:
    """Show records that may be of the same illness, the likeliest first; POST merges one of them."""
    record, by = _opened(request, reference), actor_for(request)
    refusal = ""
    if request.method == "POST":
        other = case_by_number(request.POST.get("other", ""))
        try:
            if other is None:
                raise ActionRefused(_("There is nothing with this number. Compare it letter by letter."))
            require_read(by, other, CARE)
            merge = actions.merge_cases(by=by, first=record, second=other, reason=request.POST.get("reason", "")[:240])
        except ActionRefused as wrong:
            refusal = str(wrong)
        else:
            messages.success(request, _("The two records are one now. You can undo this on the record's page."))
            return see_other("epidemic:desk-case", merge.survivor.reference)
    pairs = _likely(by, record)
    people_actions.log_reads(
        by=by,
        what="person",
        reads=person_reads([each.person for each, _reasons in pairs]),
        purpose=access_purposes.DUPLICATES,
    )
    context = {
        "case": record,
        "person": details_of(record.person),
        "pairs": [(each, details_of(each.person), reasons) for each, reasons in pairs],
        "reason": request.POST.get("reason", ""),
        "errors": [("", refusal)] if refusal else [],
    }
    return render(request, "epidemic/case_duplicates.html", context, status=409 if refusal else 200)


@officers_only(EpidemicPermission.RECORD_CASES)
@require_POST
def unmerge(request: HttpRequest, reference: str, merge: int) -> HttpResponse:
    """Undo a merge."""
    record = _opened(request, reference)
    made = CaseMerge.objects.filter(pk=merge, survivor=record).first()
    if made is None:
        raise Http404
    try:
        actions.unmerge_case(by=actor_for(request), merge=made, reason=request.POST.get("reason", "")[:240])
    except ActionRefused as wrong:
        return _case_page(request, record, refusal=str(wrong))
    messages.success(request, _("The two records are apart again."))
    return see_other("epidemic:desk-case", record.reference)


def _opened(request: HttpRequest, reference: str) -> CaseRecord:
    records = CaseRecord.objects.select_related("person__resident", "area", "facility", "merged_into")
    record = records.filter(reference=reference).first()
    if record is None:
        raise Http404
    require_read(actor_for(request), record, CARE)
    return record


def _likely(by: Actor, record: CaseRecord) -> list[tuple[CaseRecord, tuple[str, ...]]]:
    """Return standing records of the disease, readable by the officer, of this person or of likely duplicates."""
    likely = {each.person.pk: each.reasons for each in people_queries.likely_duplicates(record.person)}
    own = {record.person_id: (_("The same person"),)}
    reasons = likely | own
    rows = queries.standing().filter(disease=record.disease, person__in=reasons).exclude(pk=record.pk)
    shown = visible(by, CaseRecord, rows).select_related("person__resident", "area", "facility")
    order = {pk: rank for rank, pk in enumerate([record.person_id, *likely])}
    return sorted(((each, reasons[each.person_id]) for each in shown), key=lambda pair: order[pair[0].person_id])


def _transfer_targets() -> list[Unit]:
    hospitals = [unit for kind in CARING for unit in city_queries.facilities(kind)]
    agencies = {unit.agency_id for unit in hospitals}
    offices = Unit.objects.filter(agency__in=agencies, type="", active=True, area__depth__gt=1).order_by("pk")
    return [*hospitals, *offices]


def _correct(by: Actor, record: CaseRecord, values: Values, version: int) -> None:
    area = city_queries.area(values["area"])
    assert area
    correction = CaseCorrection(
        area=area,
        rw=record.rw,
        rt=record.rt,
        onset_on=day_of(values["onset"]),
        symptoms=values["symptoms"] or (),
        exposures=values.get("exposures") or (),
        note=values["note"] or "",
    )
    actions.correct_case(by=by, case=record, correction=correction, version=version)


def _stored(record: CaseRecord) -> Values:
    return {
        "area": record.area_id,
        "symptoms": record.symptoms,
        "onset": record.onset_on.isoformat() if record.onset_on else None,
        "exposures": sorted(record.exposures.values_list("exposure", flat=True)),
        "note": record.note,
    }


def _typed(page: PageSnapshot, record: CaseRecord) -> Values:
    stored = _stored(record)
    return {name: each.form_value(stored[name]) for name, each in page.fields.items()}


def _shown(page: PageSnapshot, record: CaseRecord) -> list[tuple[str, str]]:
    stored = _stored(record)
    return [(str(each.label), each.show(stored[name]) if stored[name] else "–") for name, each in page.fields.items()]


def _form_page(
    request: HttpRequest,
    record: CaseRecord,
    label: Any,
    page: PageSnapshot,
    parsed: questions.ParsedPage,
    *,
    refusal: str = "",
    **more: Any,
) -> HttpResponse:
    errors = [(page.fields[key].anchor(key), message) for key, message in parsed.errors.items()]
    context = {
        "case": record,
        "label": label,
        "inputs": inputs_of(page.fields, parsed),
        "errors": [("", refusal), *errors] if refusal else errors,
        **more,
    }
    return render(request, "epidemic/case_form.html", context, status=409 if refusal else 422 if errors else 200)


def _case_page(request: HttpRequest, record: CaseRecord, *, refusal: str = "") -> HttpResponse:
    by = actor_for(request)
    person = details_of(record.person)
    dispute = record.disputes.filter(decision="").first()
    hidden = {name for name, gone in (("dispute", not dispute), ("discharge", not _is_in_ward(record))) if gone}
    if not disease_of(record.disease).wards:
        hidden |= {"stay", "discharge"}
    context = {
        "case": record,
        "person": person,
        "disease": labels.disease_name(record.disease),
        "classification": labels.classification_label(record.classification),
        "facts": _facts(record, person),
        "tests": [
            (each, labels.test_name(each), labels.result_name(each.result))
            for each in record.lab_tests.select_related("laboratory").order_by("-specimen_on", "-pk")
        ],
        "stays": record.stays.select_related("facility").order_by("-admitted_on"),
        "history": [
            (each, labels.classification_label(each.classification), labels.reason_of(each))
            for each in record.classification_changes.order_by("-pk")
        ],
        "transfers": record.transfers.select_related("sender", "receiver").order_by("-pk"),
        "merges": record.case_absorptions.filter(undone_at=None).select_related("absorbed"),
        "dispute": dispute,
        "deeds": []
        if record.merged_into or not may_somewhere(by, EpidemicPermission.RECORD_CASES)
        else [(name, each.label) for name, each in DEEDS.items() if name not in hidden],
        "pages": [(address, each.label) for each in case_pages if (address := each.address(by, record))],
        "errors": [("", refusal)] if refusal else [],
    }
    return render(request, "epidemic/case.html", context, status=409 if refusal else 200)


def _is_in_ward(record: CaseRecord) -> bool:
    return record.stays.filter(discharged_on=None).exists()


def _facts(record: CaseRecord, person: Any) -> list[tuple[str, str]]:
    symptoms = ", ".join(labels.symptom_names(record)) or "–"
    outcome = labels.outcome_name(record) or _("Still ill")
    age = "–" if record.age is None else _("%(age)d years") % {"age": record.age}
    sexes = {name: str(label) for name, label in case_forms.SEXES.items()}
    return [
        (_("Age"), age),
        (_("Sex"), sexes.get(record.sex, "–")),
        (_("Phone"), person.phone or "–"),
        (_("Lives in"), record.area.name),
        (_("Facility"), str(record.facility or "–")),
        (_("Symptoms"), symptoms),
        (_("Outcome"), outcome),
        (_("Note"), record.note or "–"),
    ]
