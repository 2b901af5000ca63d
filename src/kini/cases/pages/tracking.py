"""Tracker: state of one case, requests to its resident, and its history."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.cases import access, panels, queries, rules
from kini.cases.case_view import CaseView, TimelineLine, case_view
from kini.cases.models import Case
from kini.cases.pages import answer_summary
from kini.cases.pages.guards import case_for_visitor, guest_key, limit_lookups, owner_only, remember_guest_key
from kini.city.public import pack
from kini.core import references
from kini.core.files import IMAGES
from kini.core.localized_text import Text, speak_of
from kini.people import queries as people_queries
from kini.people.public import access_entries
from kini.people.queries import actor_for
from kini.web import formats
from kini.web.components import TimelineEntry

#: Number of access log entries on the tracker.
LATEST_READS = 5


@owner_only
@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one case. A guest's secret link is remembered in the session and removed from the URL."""
    if key := request.GET.get("key", ""):
        return _opened_by_key(request, reference, key)
    own = case_for_visitor(request, reference)
    if own.reference != reference:
        return redirect("cases:case", reference=own.reference)
    view = resident_view(request, own)
    if not view.theirs:
        return redirect("cases:desk-case", reference=own.reference)
    return render(request, "cases/case.html", _case_context(request, view))


def _case_context(request: HttpRequest, view: CaseView) -> dict[str, Any]:
    case, state = view.case, view.snapshot.flow.states[view.case.state]
    files = [file for line in view.lines for file in line.files]
    return {
        "view": view,
        "case": case,
        "trail": [(_("My cases"), reverse("cases:mine"))],
        "behalf": behalf(request, view),
        "asks": state.by == rules.RESIDENT and not state.end,
        "corrects": any(button.edge.move == rules.ANSWER for button in view.buttons),
        "moves": [button for button in view.buttons if button.edge.move not in (rules.ANSWER, rules.WITHDRAW)],
        "withdraw": next((button for button in view.buttons if button.edge.move == rules.WITHDRAW), None),
        "asked": officer_message(view),
        "panel": panels.render_panels(request, view, "tracker"),
        "end": panels.render_room_panels(request, view, "end"),
        "keep": panels.render_room_panels(request, view, "papers"),
        "photos": [file for file in files if file.content_type in IMAGES],
        "papers": [file for file in files if file.content_type not in IMAGES],
        "entries": [_entry(line) for line in reversed(view.lines)],
        "facts": list(_facts(view)),
        "told": answer_summary.case_sections(view.sections),
        "reads": access_entries_of(request, case),
        "all_reads": case.resident_id is not None and request.user.is_authenticated,
    }


def _facts(view: CaseView) -> Iterator[tuple[str, str | SafeString]]:
    """Due date and current holder. An uncertain date is called an aim."""
    case, target = view.case, view.snapshot.definition.target
    if case.merged_into:
        yield _("Merged on"), formats.day(case.state_since)
    elif case.closed_at:
        yield _("Ended on"), formats.day(case.closed_at)
    elif case.paused_at:
        if view.snapshot.flow.states[case.state].by == rules.RESIDENT:
            yield _("Time"), _("The clock is paused while we wait for you.")
    elif case.due_at:
        certain = target is None or target.confidence != "low"
        label = view.due_label if certain else _("Expected by, not yet confirmed")
        left = " · ".join(str(part) for part in (formats.due_words(case.due_at), view.due_note) if part)
        yield label, format_html("{}<small>{}</small>", formats.moment(case.due_at), left)
    else:
        yield _("Time"), _("No fixed time is promised for this.")
    unit = str(Text.model_validate(case.unit.name)) if case.unit else ""
    yield _("Who holds it"), format_html("{}<small>{}</small>", str(Text.model_validate(case.agency.name)), unit)


def behalf(request: HttpRequest, view: CaseView) -> str:
    """Name of the case's person, if it is not the visitor."""
    resident = view.case.resident
    return view.person if resident and resident.user_id != request.user.pk else ""


def access_entries_of(request: HttpRequest, case: Case) -> list[access_entries.AccessEntry] | None:
    """Latest access log entries of the case; None for an officer who helps its resident at a counter."""
    if not access.is_own_case(actor_for(request), case, guest_key(request, case.reference)):
        return None
    log = people_queries.access_log_of_case(case.reference)
    return access_entries.access_entries(log[:LATEST_READS], own=case.resident_id)


def _opened_by_key(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    limit_lookups(request)
    read = references.parse(pack.current().reference_prefix, reference) or ""
    case = queries.case_for(actor_for(request), read, key)
    remember_guest_key(request, case)
    return redirect("cases:case", reference=case.reference)


def resident_view(request: HttpRequest, case: Case) -> CaseView:
    """The case as its resident sees it; the labels of answers speak of its person."""
    if case.resident and case.resident.user_id != request.user.pk:
        speak_of(case.resident.name)
    return case_view(actor_for(request), case, guest_key(request, case.reference))


def steps_ahead(view: CaseView) -> list[str]:
    """Next steps if all goes well, a sentence each."""
    flow = view.snapshot.flow
    return [str(flow.states[state].does) for state in flow.usual_path(view.case.state)]


def officer_message(view: CaseView) -> tuple[tuple[str, str], ...]:
    """The officer's message with the move into the present state."""
    steps = [line for line in view.lines if line.at == view.case.state_since]
    return steps[-1].said if steps else ()


def _entry(line: TimelineLine) -> TimelineEntry:
    text = "\n".join(f"{label}: {value}" for label, value in line.said)
    return TimelineEntry(line.sentence, line.at, text, line.who)
