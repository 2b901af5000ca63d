"""Duplicates at the desk: suggestions on the case page, side-by-side comparison, merge."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kini.cases import access, actions, queries, rules
from kini.cases.case_view import CaseView
from kini.cases.desk.case_content import channel_word, desk_case
from kini.cases.desk.guards import case_at_desk
from kini.cases.models import Attachment, Case
from kini.cases.permissions import CasePermission
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.services.public import snapshot_of
from kini.web import formats
from kini.web.redirects import see_other


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """Row of the comparison: a fact or answer of one case or both."""

    label: str
    first: str
    later: str
    files: tuple[tuple[Attachment, ...], tuple[Attachment, ...]] = ((), ())
    hidden: bool = False

    @property
    def differs(self) -> bool:
        """True if both values are visible and differ. Files are compared by eye."""
        return not self.hidden and self.first != self.later


def duplicates_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the case page: possible duplicates, the case it was merged into, and merged cases."""
    case, actor = view.case, actor_for(request)
    if not may(actor, CasePermission.JOIN_CASES, access.scope_of(case)):
        return None
    candidates = queries.duplicate_candidates(actor, case)
    duplicates = [] if case.merged_into_id else list(case.duplicates.order_by("opened_at").only("reference")[:50])
    if not (candidates or duplicates or case.merged_into):
        return None
    context = {"case": case, "alike": candidates, "duplicates": duplicates, "days": queries.NEAR_DAYS}
    return render_to_string("cases/desk/alike.html", context, request)


def merged_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of a merged case's tracker: progress of the other case in impersonal sentences."""
    target = view.case.merged_into
    if target is None:
        return None
    flow = snapshot_of(target.version).flow
    steps = target.timeline.filter(public=True).exclude(to_state="").order_by("-number")
    context = {
        "target": target,
        "now": flow.states[target.state].does,
        "steps": [(entry.at, rules.public_word(flow.states[entry.to_state].public)) for entry in steps],
    }
    return render_to_string("cases/panels/followed.html", context, request)


@officers_only(CasePermission.JOIN_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, reference: str, other: str) -> HttpResponse:
    """Compare two cases side by side; POST `verdict` ("same" or "apart") decides."""
    actor, one = case_at_desk(request, reference)
    _actor, two = case_at_desk(request, other)
    first, later = sorted((one, two), key=lambda each: (each.opened_at, each.pk))
    error = ""
    if request.method == "POST":
        try:
            return _decided(request, first, later, one)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
    views = (desk_case(actor, first).view, desk_case(actor, later).view)
    metres = queries.distance_between(first, later)
    context = {
        "case": one,
        "first": first,
        "later": later,
        "rows": list(_rows(*views)),
        "metres": metres,
        "apart": formats.duration((later.opened_at - first.opened_at).total_seconds(), units=1),
        "errors": [("", error)] if error else [],
        "joinable": not (first.closed_at or later.closed_at) and first.service_id == later.service_id,
    }
    return render(request, "cases/desk/compare.html", context, status=422 if error else 200)


def _decided(request: HttpRequest, first: Case, later: Case, back: Case) -> HttpResponse:
    actor, verdict = actor_for(request), request.POST.get("verdict", "")
    if verdict == "same":
        actions.merge(by=actor, case=first, other=later)
        words = _("%(later)s has been merged into %(first)s. Its resident has been notified.")
        messages.success(request, words % {"later": later.reference, "first": first.reference})
        return see_other("cases:desk-case", first.reference)
    if verdict == "apart":
        actions.mark_not_duplicate(by=actor, case=first, other=later)
        messages.success(request, _("Marked as different. They will not be suggested again."))
        return see_other("cases:desk-case", back.reference)
    raise ActionRefused(_("Choose whether they are duplicates."))


@officers_only(CasePermission.JOIN_CASES)
@require_POST
def unmerge(request: HttpRequest, reference: str) -> HttpResponse:
    """Undo a merge."""
    actor, case = case_at_desk(request, reference)
    try:
        actions.unmerge(by=actor, case=case)
        messages.success(request, _("The case starts again on its own. Its resident has been notified."))
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
    return see_other("cases:desk-case", case.reference)


def _rows(first: CaseView, later: CaseView) -> Iterable[ComparedRow]:
    """Facts, then answers by label, in the order of the first case."""
    yield from _facts(first, later)
    facts = [
        {
            (section.heading, row.label, number): row
            for section in view.sections
            for number, row in _numbered(section.rows)
        }
        for view in (first, later)
    ]
    for key in dict.fromkeys([*facts[0], *facts[1]]):
        rows = [each.get(key) for each in facts]
        texts = ["" if row is None or row.files else row.text for row in rows]
        files = tuple(tuple(row.files) if row else () for row in rows)
        yield ComparedRow(key[1], texts[0], texts[1], (files[0], files[1]), any(row and row.hidden for row in rows))


def _numbered(rows: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    """Number rows with the same label, since items of a list share labels."""
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.label] = seen.get(row.label, -1) + 1
        yield seen[row.label], row


def _facts(first: CaseView, later: CaseView) -> Iterable[ComparedRow]:
    def both(label: str, of: Any) -> ComparedRow:
        return ComparedRow(label, of(first), of(later))

    yield both(_("Step"), lambda view: str(view.snapshot.flow.states[view.case.state].name))
    yield both(_("Opened"), lambda view: formats.moment(view.case.opened_at))
    yield both(_("Channel"), lambda view: str(channel_word(view.case.channel)))
    yield both(_("Area"), lambda view: view.case.area.name if view.case.area else "")
    yield both(_("Unit"), lambda view: str(view.case.unit or ""))
    yield both(_("Officer"), lambda view: view.case.assignee.name if view.case.assignee else _("Nobody yet"))
    if first.person and later.person:
        yield both(_("Resident"), lambda view: view.person)
