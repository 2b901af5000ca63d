"""Counter service: an officer applies for a resident who has no phone and leaves with a printed receipt."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import actions, queries, read_log
from kini.cases.desk.counter_proof import address_of, at_counter, phone_of, proof_page
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.desk.queue_counts import service_title
from kini.cases.desk.queue_rows import QueueRow, build_rows
from kini.cases.models import Case, Draft
from kini.cases.pages.forms import posted_text
from kini.city.public import pack
from kini.core import attempt_limits, references
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.attempt_limits import Limit
from kini.people import actions as people_actions
from kini.people.models import Assurance, Resident
from kini.people.public import PeoplePermission, ProfileForm, assurance, assurance_levels, officers_only, profile_values
from kini.people.queries import actor_for, resident_by_number
from kini.services import queries as service_queries
from kini.services.models import Service
from kini.services.public import area_options, kinds_with_cases, snapshot_of
from kini.services.queries import ServiceCard
from kini.web import formats
from kini.web.redirects import SeeOther, see_other

#: A higher number of look-ups per day suggests enumeration of known numbers.
NUMBERS = Limit("cases.counter-number", count=300, seconds=24 * 60 * 60)
LATEST = 10

#: Inputs about an unknown person, in the order of the page.
TYPED = ("name", "phone", "address", "area")


@officers_only(PeoplePermission.APPLY_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Find or add the person by card number, choose the service, then continue with its ordinary questions."""
    actor = actor_for(request)
    if request.method == "POST":
        return _start(request, actor) if "person" in request.POST else _person(request, actor)
    if mark := request.GET.get("person"):
        resident = at_counter(actor, mark)
        if "prove" in request.GET or not assurance.is_safe_at_counter(resident):
            return proof_page(request, resident, mark)
        return _choose(request, resident, mark)
    return _find(request, actor)


# The person


def _person(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Find the person by number; add an unknown one once the name is given."""
    form, new = ProfileForm(request.POST), "new" in request.POST
    phone, wrong = phone_of(request)
    problems = _problems(form) | ({"phone": wrong} if wrong else {})
    if "number" in problems:
        return _add(request, problems) if new else _find(request, actor, problems["number"])
    attempt_limits.consume(NUMBERS, str(actor.user_id))
    known = resident_by_number(form.cleaned_data["number"].number) is not None
    if not known and (problems or not new):
        return _add(request, problems if new else {})
    details = people_actions.Details(
        name=form.cleaned_data.get("name", ""),
        number=form.cleaned_data["number"],
        address=form.cleaned_data.get("address", ""),
        area=form.cleaned_data.get("area"),
    )
    reason = _("Came to a counter and asked for help with an application")
    resident = people_actions.find_or_create_resident(by=actor, details=details, phone=phone, reason=reason)
    if not known and "card" in request.POST:
        seen = _("The identity card was shown at the counter")
        people_actions.prove_at_counter(by=actor, resident=resident, document="identity-card", reason=seen)
    return SeeOther(address_of(actor, resident))


def _problems(form: ProfileForm) -> dict[str, str]:
    """Errors by input, in the order of the page. At a counter the number is required."""
    problems = {name: str(form.errors[name][0]) for name in ("number", *TYPED) if name in form.errors}
    if "number" not in problems and form.cleaned_data.get("number") is None:
        problems = {"number": _("Type the number on the person's card."), **problems}
    return problems


def _find(request: HttpRequest, actor: Actor, error: str = "") -> HttpResponse:
    drafts = _drafts(actor)
    read_log.log_drafts(actor, drafts)
    context = {
        "errors": [("number", error)] if error else [],
        "error": error,
        "number": posted_text(request, "number"),
        "drafts": [(draft, service_title(snapshot_of(draft.version))) for draft in drafts],
        "latest": _latest(actor),
    }
    return render(request, "cases/desk/apply.html", context, status=422 if error else 200)


def _add(request: HttpRequest, problems: Mapping[str, str]) -> HttpResponse:
    """Form for a person whose number is unknown."""
    context = {
        "errors": list(problems.items()),
        "wrong": problems,
        "typed": {name: posted_text(request, name) for name in ("number", *TYPED, "card")},
        "areas": area_options(None, posted_text(request, "area")),
    }
    return render(request, "cases/desk/person.html", context, status=422 if problems else 200)


# The service


def _choose(request: HttpRequest, resident: Resident, mark: str, error: str = "") -> HttpResponse:
    read_log.log_person(actor_for(request), resident)
    number = profile_values.profile_value(resident, "national_id")
    context = {
        "resident": resident,
        "number": profile_values.mask_number(number) if number else "",
        "mark": mark,
        "level": assurance_levels.level_label(resident.assurance),
        "proved": resident.assurance > Assurance.TYPED,
        "accounts": assurance.account_hints(resident),
        "cards": service_queries.sort_by_name(card for card in _active() if card.opens),
        "chosen": clean_query_text(request.POST.get("service", "") or request.GET.get("service", "")),
        "errors": [("service", error)] if error else [],
        "error": error,
    }
    return render(request, "cases/desk/service.html", context, status=422 if error else 200)


def _active() -> list[ServiceCard]:
    return service_queries.cards_of(Service.objects.filter(active=True))


def _start(request: HttpRequest, actor: Actor) -> HttpResponse:
    mark = clean_query_text(request.POST.get("person", ""))
    resident = at_counter(actor, mark)
    try:
        service = service_queries.active_service(clean_query_text(request.POST.get("service", "")))
        if service.current is None or service.kind not in kinds_with_cases():
            raise ActionRefused(_("The city does not offer this service at the moment."))
        draft = actions.start_draft(by=actor, version=service.current, resident=resident, channel="counter")
    except Service.DoesNotExist:
        return _choose(request, resident, mark, _("Choose the service that the person needs."))
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _choose(request, resident, mark, str(refusal))
    return see_other("cases:draft", draft.pk)


# Recent work of this officer at the counter


def _drafts(actor: Actor) -> list[Draft]:
    return list(queries.drafts_of(actor).filter(channel="counter")[:LATEST])


def _latest(actor: Actor) -> list[QueueRow]:
    sent = Case.objects.filter(submitted_by_id=actor.user_id, channel="counter")
    cases = sent.select_related("version", "area", "resident").defer("version__content", "answers", "sealed")
    return build_rows(list(cases.order_by("-opened_at", "-pk")[:LATEST]))


@officers_only(PeoplePermission.APPLY_FOR_OTHERS)
@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Printable receipt: reference, next steps, and how to ask about the case."""
    actor = actor_for(request)
    read = references.parse(pack.current().reference_prefix, reference)
    case = Case.objects.select_related("version", "service", "agency", "unit", "resident").filter(
        reference=read or "", submitted_by_id=actor.user_id, channel="counter"
    )
    own = case.first()
    if own is None:
        raise Http404
    read_log.log_case(actor, own)
    [row] = build_rows([own])
    return render(request, "cases/desk/receipt.html", {"case": own, "row": row, "rows": _receipt_rows(own, row)})


def _receipt_rows(case: Case, row: QueueRow) -> Iterator[tuple[str, Any]]:
    yield _("Service"), row.title
    yield _("For"), case.resident.name if case.resident else ""
    yield _("Handed in"), formats.moment(case.opened_at)
    yield _("Now"), row.step
    yield _("Who has it"), case.unit or case.agency.title
    if case.due_at:
        yield _("To be done by"), formats.moment(case.due_at)
