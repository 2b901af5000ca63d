"""Following: one's cases and drafts, one case with all that happened to it, and finding a case by its number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import queries, rules
from kini.cases.models import Case, Draft
from kini.cases.pages import summaries
from kini.cases.pages.visiting import (
    SeeOther,
    case_of,
    guest_key,
    keep_key,
    keys_of,
    personal,
)
from kini.cases.rules.progress import way_ahead
from kini.cases.showing import CaseView, Line, case_view
from kini.city import pack
from kini.core import limits, references
from kini.core.files import IMAGES
from kini.core.texts import Text
from kini.people.models import AccessLog
from kini.people.queries import actor_for
from kini.services.kinds import kinds
from kini.services.versions import resolve
from kini.web import formats
from kini.web.components import TimelineEntry

PER_PAGE = 20
#: Numbers that may be tried from one network address.
TRIES = limits.Limit("cases.track", count=40, seconds=3600)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list: what it is called, where it stands, and what is asked of the visitor."""

    case: Case
    title: Text
    note: str
    needs_you: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in a list."""

    draft: Draft
    title: Text
    behalf: str


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one asked for: drafts, what is going on, what has ended."""
    found = own_cases(request)
    ended = Paginator(found.filter(closed_at__isnull=False), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "drafts": list(draft_rows(request)),
        "open": list(case_rows(request, found.filter(closed_at__isnull=True))),
        "ended": list(case_rows(request, ended)),
        "ended_page": ended,
    }
    return render(request, "cases/mine.html", context)


def own_cases(request: HttpRequest) -> QuerySet[Case]:
    """The visitor's cases, latest first, those among them whose keys this browser holds."""
    mine = queries.my_cases(actor_for(request))
    if keys := keys_of(request):
        ours = Q(pk__in=mine.values("pk")) if request.user.is_authenticated else Q(pk__in=())
        mine = Case.objects.filter(ours | Q(reference__in=keys, guest_key__in=keys.values()))
        mine = mine.order_by("-opened_at", "-pk").defer("answers", "sealed", "head", "seal")
    return mine.select_related("service", "version", "resident").defer("version__content", "answers", "sealed")


def case_rows(request: HttpRequest, cases: Iterable[Case]) -> Iterator[CaseRow]:
    for case in cases:
        resolved = resolve(case.version)
        state = resolved.flow.states[case.state]
        title = kinds.get(case.kind).title(resolved.definition)
        yield CaseRow(case, title, _note(request, case), state.by == rules.RESIDENT and not state.end)


def _note(request: HttpRequest, case: Case) -> str:
    """For whom it is when not for oneself, and by when it is done."""
    parts = []
    if case.resident and case.resident.user_id != request.user.pk and case.resident.name:
        parts.append(_("for %(name)s") % {"name": case.resident.name})
    if case.closed_at:
        parts.append(formats.day(case.closed_at))
    elif case.due_at and not case.paused_at:
        parts.append(_("by %(day)s") % {"day": formats.day(case.due_at)})
    return ", ".join(parts)


def draft_rows(request: HttpRequest) -> Iterator[DraftRow]:
    actor = actor_for(request)
    if actor.user_id is None and not actor.session:
        return
    for draft in queries.drafts_of(actor).defer("version__content", "answers", "sealed"):
        kind = kinds.find(draft.version.service.kind)
        definition = resolve(draft.version).definition
        other = draft.resident and draft.resident.user_id != actor.user_id
        behalf = draft.resident.name if draft.resident and other else ""
        yield DraftRow(draft, kind.title(definition) if kind else definition.name, behalf)


@personal
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case. A guest's secret link opens it in this browser and is not shown again."""
    if key := request.GET.get("key", ""):
        return _opened_by_key(request, reference, key)
    found = case_of(request, reference)
    if found.reference != reference:
        return redirect("cases:case", reference=found.reference)
    view = following(request, found)
    if not view.theirs:
        return redirect("cases:desk-case", reference=found.reference)
    return render(request, "cases/case.html", _case_context(request, view))


def _case_context(request: HttpRequest, view: CaseView) -> dict[str, Any]:
    found, state = view.case, view.resolved.flow.states[view.case.state]
    pictures = [file for line in view.lines for file in line.files if file.content_type in IMAGES]
    return {
        "view": view,
        "case": found,
        "trail": [(_("My cases"), reverse("cases:mine"))],
        "behalf": view.person if found.resident and found.resident.user_id != request.user.pk else "",
        "asks": state.by == rules.RESIDENT and not state.end,
        "corrects": any(button.edge.move == rules.ANSWER for button in view.buttons),
        "moves": [button for button in view.buttons if button.edge.move not in (rules.ANSWER, rules.WITHDRAW)],
        "withdraw": next((button for button in view.buttons if button.edge.move == rules.WITHDRAW), None),
        "asked": asked(view),
        "panel": panel(request, view),
        "photos": pictures,
        "papers": _papers(view),
        "entries": [_entry(line) for line in reversed(view.lines)],
        "facts": list(_facts(view)),
        "told": summaries.told(view.sections),
        "looks": looks_for(found) if request.user.is_authenticated and found.resident else None,
    }


def _facts(view: CaseView) -> Iterator[tuple[str, str]]:
    """By when, and who holds it. A time that is not certain is said to be an aim."""
    case, target = view.case, view.resolved.definition.target
    if case.closed_at:
        yield _("Ended on"), formats.day(case.closed_at)
    elif case.paused_at:
        yield _("Time"), _("The clock stands while the city waits for you.")
    elif case.due_at:
        words = {"when": formats.moment(case.due_at), "left": formats.due_words(case.due_at)}
        certain = target is None or target.confidence != "low"
        label = _("To be decided by") if certain else _("Aim, not yet confirmed")
        yield label, _("%(when)s (%(left)s)") % words
    else:
        yield _("Time"), _("No fixed time is promised for this.")
    names = [case.agency.name] + ([case.unit.name] if case.unit else [])
    yield _("Who holds it"), ", ".join(str(Text.model_validate(name)) for name in names)


def panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """What the case's kind adds to its page."""
    return render_to_string(*view.panel, request=request) if view.panel else None


def looks_for(case: Case) -> int:
    """How often officers looked at the resident's identity for this case."""
    return AccessLog.objects.filter(resident_id=case.resident_id, reference=case.reference).count()


def _opened_by_key(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    limits.require(TRIES, get_client_ip(request) or "unknown")
    read = references.read(pack.current().reference_prefix, reference) or ""
    case = queries.case_for(actor_for(request), read, key)
    keep_key(request, case)
    return redirect("cases:case", reference=case.reference)


def following(request: HttpRequest, case: Case) -> CaseView:
    """A case as its resident sees it."""
    return case_view(actor_for(request), case, guest_key(request, case.reference))


def ahead(view: CaseView) -> list[str]:
    """What will happen if all goes well, a plain sentence a step."""
    flow = view.resolved.flow
    return [str(flow.states[state].does) for state in way_ahead(flow, view.case.state)]


def asked(view: CaseView) -> tuple[tuple[str, str], ...]:
    """What the officer wrote with the step into the present state."""
    steps = [line for line in view.lines if line.at == view.case.state_since]
    return steps[-1].said if steps else ()


def _entry(line: Line) -> TimelineEntry:
    text = "\n".join(f"{label}: {said}" for label, said in line.said)
    return TimelineEntry(line.sentence, line.at, text, line.who)


def _papers(view: CaseView) -> list[Any]:
    """Every file of the case: what the resident sent, and what was added on the way."""
    given = [file for section in view.sections for row in section.rows for file in row.files]
    return given + [file for line in view.lines for file in line.files]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Find a case by the number that somebody wrote down; a guest needs the secret link as well."""
    typed = request.POST.get("reference", "").replace("\x00", "")[:LONGEST].strip()
    error = ""
    if request.method == "POST":
        limits.require(TRIES, get_client_ip(request) or "unknown")
        found, error = _found(request, typed)
        if found:
            return SeeOther(found)
    context = {"typed": typed, "error": error, "errors": [("reference", error)] if error else []}
    return render(request, "cases/track.html", context, status=422 if error else 200)


def _found(request: HttpRequest, typed: str) -> tuple[str, str]:
    """The address of a case, or what to do instead. A whole secret link may be pasted."""
    number, _question, query = typed.rpartition("/cases/")[2].partition("?")
    prefix = pack.current().reference_prefix
    reference = references.read(prefix, number.strip("/ "))
    if reference is None:
        example = {"example": references.written(prefix, "7F3K9Q2M")}
        return "", _("This is no number of ours. It has eight letters and digits, like %(example)s.") % example
    address = reverse("cases:case", args=[reference])
    if query.startswith("key="):
        return f"{address}?{query}", ""
    if not request.user.is_authenticated and not guest_key(request, reference):
        return redirect_to_login(address).url, ""
    try:
        case_of(request, reference)
    except Case.DoesNotExist:
        return "", _("None of your cases has this number. Sign in as the person who asked for it.")
    return address, ""
