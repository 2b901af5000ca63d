"""The data protection officer's desk: legal holds, and the register of breaches."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases.models import Case
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.people import actions as people_actions
from kini.people.models import LegalHold, Resident
from kini.people.public import PeoplePermission, officers_only
from kini.people.queries import actor_for
from kini.privacy import actions, breach_letter
from kini.privacy.models import Breach
from kini.web.redirects import see_other

PROTECT = PeoplePermission.PROTECT_DATA
STEPS = ("people", "tell", "authority", "close")
SHOWN, LONGEST, MOST_REFERENCES = 200, 4000, 5000


@dataclass(frozen=True, slots=True)
class BreachForm:
    """Typed values of the breach form."""

    title: str = ""
    happened_at: str = ""
    known_at: str = ""
    data: str = ""
    cause: str = ""
    measures: str = ""


@officers_only(PROTECT)
@require_http_methods(["GET", "HEAD", "POST"])
def legal_holds(request: HttpRequest) -> HttpResponse:
    """List legal holds; POST places one on a case, or on the person of a case."""
    if request.method != "POST":
        return _holds_page(request)
    reference, reason = _text(request, "whom").upper(), _text(request, "reason")
    try:
        case = _case(reference)
        if request.POST.get("what") == "person":
            if case.resident is None:
                raise ActionRefused(_("This case has no known person. Hold the case instead."))
            people_actions.place_legal_hold(by=actor_for(request), resident=case.resident, reason=reason)
        else:
            people_actions.place_legal_hold(by=actor_for(request), reference=case.reference, reason=reason)
    except ActionRefused as refusal:
        return _holds_page(request, str(refusal))
    messages.success(request, _("This data is not deleted until the hold is lifted."))
    return see_other("privacy:desk-holds")


def _holds_page(request: HttpRequest, wrong: str = "") -> HttpResponse:
    holds = LegalHold.objects.select_related("resident").order_by("lifted_at", "-placed_at")
    context = {
        "holds": holds.filter(lifted_at=None)[:SHOWN],
        "lifted": holds.exclude(lifted_at=None).order_by("-lifted_at")[:20],
        "whom": _text(request, "whom"),
        "reason": _text(request, "reason"),
        "wrong": wrong,
        "errors": [("whom", wrong)] if wrong else [],
    }
    return render(request, "privacy/holds.html", context, status=422 if wrong else 200)


@officers_only(PROTECT)
@require_POST
def lift_hold(request: HttpRequest) -> HttpResponse:
    """Lift a hold."""
    hold = get_object_or_404(LegalHold, pk=parse_pk(request.POST.get("hold")))
    try:
        people_actions.lift_legal_hold(by=actor_for(request), hold=hold, reason=_text(request, "reason"))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The hold is lifted."))
    return see_other("privacy:desk-holds")


@officers_only(PROTECT)
@require_safe
def breaches(request: HttpRequest) -> HttpResponse:
    """List the register of breaches, newest first, with the deadline for notification."""
    newest = Breach.objects.order_by("-known_at")[:SHOWN]
    rows = [(breach, breach.notification_due_at) for breach in newest]
    return render(request, "privacy/breaches.html", {"rows": rows})


@officers_only(PROTECT)
@require_http_methods(["GET", "HEAD", "POST"])
def write_breach(request: HttpRequest, breach: int | None = None) -> HttpResponse:
    """Create or edit an entry of the register."""
    entry = get_object_or_404(Breach, pk=breach) if breach else None
    typed = BreachForm(**{name: _text(request, name) for name in BreachForm.__slots__})
    if request.method != "POST":
        return _form_page(request, entry, _typed(entry))
    try:
        stored = actions.record_breach(by=actor_for(request), facts=_facts(typed), breach=entry)
    except ActionRefused as refusal:
        return _form_page(request, entry, typed, str(refusal))
    return see_other("privacy:desk-breach", stored.pk)


def _form_page(request: HttpRequest, entry: Breach | None, typed: BreachForm, wrong: str = "") -> HttpResponse:
    context = {"breach": entry, "typed": typed, "wrong": wrong, "errors": [("title", wrong)] if wrong else []}
    return render(request, "privacy/breach_form.html", context, status=422 if wrong else 200)


@officers_only(PROTECT)
@require_safe
def breach(request: HttpRequest, breach: int) -> HttpResponse:
    """Show one breach: facts, notified people, deadline, history."""
    entry = get_object_or_404(Breach, pk=breach)
    context = {
        "breach": entry,
        "due_at": entry.notification_due_at,
        "late": entry.notification_due_at < current_time.now(),
        "people": entry.people.count(),
        "waiting": entry.people.filter(told_at=None).count(),
        "unreached": entry.people.filter(reached=False).count(),
        "history": entry.history.all(),
    }
    return render(request, "privacy/breach.html", context)


@officers_only(PROTECT)
@require_POST
def breach_step(request: HttpRequest, breach: int, step: str) -> HttpResponse:
    """Add people, notify them, record that the authority was notified, or close the entry."""
    entry = get_object_or_404(Breach, pk=breach)
    if step not in STEPS:
        raise Http404
    try:
        messages.success(request, _taken(request, entry, step))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return see_other("privacy:desk-breach", entry.pk)


def _taken(request: HttpRequest, entry: Breach, step: str) -> str:
    by = actor_for(request)
    match step:
        case "people":
            count = actions.add_affected_people(by=by, breach=entry, residents=_people(_text(request, "references")))
            return ngettext("%(count)d person was added.", "%(count)d people were added.", count) % {"count": count}
        case "tell":
            notified, unreachable = actions.notify_affected_people(by=by, breach=entry)
            return _("Notified: %(told)d. Not reachable: %(left)d.") % {"told": notified, "left": unreachable}
        case "authority":
            actions.record_authority_notified(by=by, breach=entry)
            return _("The notification of the authority is recorded.")
    actions.close_breach(by=by, breach=entry)
    return _("The entry is closed.")


@officers_only(PROTECT)
@require_safe
def authority_letter(request: HttpRequest, breach: int) -> HttpResponse:
    """Return the letter to the authority, as PDF."""
    entry = get_object_or_404(Breach, pk=breach)
    response = HttpResponse(breach_letter.render_breach_letter(entry), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="breach-{entry.pk}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _people(text: str) -> list[Resident]:
    """Return the persons of the cases whose references a text lists.

    Raises:
        ActionRefused: naming references without a case or without a person.
    """
    wanted = set(text.upper().replace(",", " ").replace(";", " ").split())
    if not wanted or len(wanted) > MOST_REFERENCES:
        raise ActionRefused(_("Write the numbers of cases, separated by spaces or commas."))
    cases = Case.objects.filter(reference__in=wanted, resident__isnull=False)
    known = dict(cases.values_list("reference", "resident_id"))
    if missing := sorted(wanted - known.keys()):
        raise ActionRefused(
            _("No person is known for these cases: %(references)s") % {"references": ", ".join(missing[:20])}
        )
    return list(Resident.objects.filter(pk__in=set(known.values())).order_by("pk"))


def _case(reference: str) -> Case:
    case = Case.objects.select_related("resident").filter(reference=reference).first()
    if case is None:
        raise ActionRefused(_("There is no case with this number."))
    return case


def _text(request: HttpRequest, name: str) -> str:
    most = LONGEST if name != "references" else MOST_REFERENCES * 30
    return request.POST.get(name, "").replace("\0", "").strip()[:most]


def _typed(entry: Breach | None) -> BreachForm:
    if entry is None:
        return BreachForm(known_at=_as_typed(current_time.now()))
    texts = {name: getattr(entry, name) for name in ("title", "data", "cause", "measures")}
    happened = _as_typed(entry.happened_at) if entry.happened_at else ""
    return BreachForm(happened_at=happened, known_at=_as_typed(entry.known_at), **texts)


def _as_typed(moment: datetime) -> str:
    return moment.astimezone(pack.current().timezone).strftime("%Y-%m-%dT%H:%M")


def _facts(typed: BreachForm) -> actions.BreachFacts:
    known = _moment(typed.known_at)
    if known is None:
        raise ActionRefused(_("Write when it became known."))
    return actions.BreachFacts(**asdict(typed) | {"happened_at": _moment(typed.happened_at), "known_at": known})


def _moment(text: str) -> datetime | None:
    """Parse a form's local date and time in the city's time zone; None for other text."""
    try:
        parsed = parse_datetime(text)
    except ValueError:
        raise ActionRefused(_("This date or time does not exist.")) from None
    return parsed.replace(tzinfo=pack.current().timezone) if parsed else None
