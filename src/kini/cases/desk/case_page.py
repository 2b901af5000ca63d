"""Case page of the desk: everything the officer may know, all moves they may take, and the forms."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kini.cases import access, actions, independence, panels, rules
from kini.cases.case_view import AnswerRow, AnswerSection, CaseView, case_view
from kini.cases.desk import presence, queue_address
from kini.cases.desk.guards import back_to_case, case_at_desk
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.desk.undo import cancellable_decisions
from kini.cases.models import BatchMoveCase, Case
from kini.cases.pages.forms import UNREADABLE
from kini.cases.permissions import CasePermission
from kini.city import queries as city_queries
from kini.city.models import Agency
from kini.city.public import CityMap, point_map
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.ids import parse_pk
from kini.people.models import Officer
from kini.people.public import access_purposes, assurance_levels, officers_only
from kini.people.queries import officer_of, officers_with_permission
from kini.people.rules import may
from kini.services.public import FieldBase, ServiceSnapshot, snapshot_of
from kini.web import formats
from kini.web.redirects import see_other

#: Profile attributes that identify a person.
NAMING = frozenset({"name"})
LONGEST_REASON = 240
LOOKS = ("identity", "answers")
#: Number of answers and timeline entries in the summary beside the queue.
BRIEF, BRIEF_LINES = 8, 3

type Problems = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DeskCase:
    """Content of the desk's case page besides the case itself.

    Attributes:
        view: the case, with who it is about only as far as the officer may know.
        moves: steps that the officer may take now; those of the resident are taken on the resident's own page.
        for_resident: the officer helped at the counter and may go on for the resident.
        mine: it is in the officer's own hands.
        barred: why the officer may not take the next step, which needs somebody else than before; empty if they may.
        independent: colleagues who may take it.
    """

    view: CaseView
    moves: tuple[Any, ...]
    for_resident: bool
    may_take: bool
    mine: bool
    barred: str
    independent: list[Officer]
    colleagues: list[Officer]
    agencies: list[Agency]


@officers_only(CasePermission.SEE_CASES)
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The case page."""
    actor, case = case_at_desk(request, reference, shown=False)
    actions.open_at_desk(by=actor, case=case)
    return render_case_page(request, actor, case)


@officers_only(CasePermission.SEE_CASES)
@require_safe
def summary(request: HttpRequest, reference: str) -> HttpResponse:
    """Fragment with the case in short and its moves, shown beside the queue."""
    actor, case = case_at_desk(request, reference)
    desk = desk_case(actor, case)
    rows = [row for section in desk.view.sections for row in section.rows]
    context = {
        "desk": desk,
        "view": desk.view,
        "case": case,
        "rows": rows[:BRIEF],
        "more": len(rows) - BRIEF,
        "lines": desk.view.lines[::-1][:BRIEF_LINES],
        "trail": queue_address.back_query(request),
        "near": at_risk_seconds(case),
    }
    return render(request, "cases/desk/summary.html", context)


def at_risk_seconds(case: Case) -> int:
    """Seconds between the at-risk mark and the deadline."""
    return int((case.due_at - case.at_risk_at).total_seconds()) if case.due_at and case.at_risk_at else 0


def render_case_page(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    *,
    errors: Problems | None = None,
    typed: Mapping[str, str] | None = None,
    unsent: Iterable[tuple[str, str]] = (),
    status: int = 422,
) -> HttpResponse:
    """Render the case page, with errors if any.

    Args:
        errors: (id of the input, message); with any, the response has status `status`.
        typed: values typed into the page's forms.
        kept: (label, text) typed for a move that is no longer possible.
    """
    desk = desk_case(actor, case)
    there = _anchors(desk)
    errors = [(anchor if anchor in there else "", text) for anchor, text in errors or ()]
    context = {
        "desk": desk,
        "view": desk.view,
        "lines": desk.view.lines[::-1],
        "answers": group_answers(desk.view.sections),
        "case": case,
        "map": _case_map(case, desk.view),
        "facts": list(_facts(case, desk.view)),
        "panel": panels.render_panels(request, desk.view, "desk"),
        "errors": errors,
        "wrong": dict(errors),
        "typed": typed or {},
        "kept": list(unsent),
        "here": presence.colleagues_present(actor, case),
        "held": BatchMoveCase.objects.filter(case=case, result=BatchMoveCase.WAITING)
        .select_related("bulk__officer")
        .first(),
        "undo": cancellable_decisions(request),
        "trail": queue_address.back_query(request),
        "queue": queue_address.queue_url(queue_address.origin_queue(request)),
        "every": presence.EVERY_SECONDS,
        "near": at_risk_seconds(case),
        "purposes": access_purposes.look_purposes().items(),
    }
    return render(request, "cases/desk/case.html", context, status=status if errors else 200)


def _case_map(case: Case, view: CaseView) -> CityMap | None:
    """Map of the case's point, if the answers that the officer may see have it."""
    if case.latitude is None or case.longitude is None:
        return None
    shown = f"({case.latitude:.5f}, {case.longitude:.5f})"
    rows = [row for section in view.sections for row in section.rows if not row.hidden]
    known = any(shown in row.text for row in rows)
    return point_map([(1, (case.latitude, case.longitude), "")]) if known else None


def desk_case(actor: Actor, case: Case) -> DeskCase:
    """Build the content of the case page. At most eighteen queries for any case."""
    view = case_view(actor, case, desk=True)
    me = officer_of(actor)
    scope = access.scope_of(case)
    knows = view.may_look
    open_now = case.closed_at is None
    mine = me is not None and case.assignee_id == me.pk
    return DeskCase(
        view=view if knows else replace(view, person="", sections=_unnamed(view)),
        moves=tuple(button for button in view.buttons if button.edge.by != rules.RESIDENT),
        for_resident=rules.RESIDENT in view.case_roles,
        may_take=open_now and not mine and (may(actor, CasePermission.ACT, scope) or view.may_assign),
        mine=mine,
        barred=view.barred[0][1] if view.barred else "",
        independent=independence.independent_officers(case, view.barred[0][0]) if view.barred else [],
        colleagues=officers_with_permission(scope, CasePermission.SEE_CASES)
        if view.may_assign or view.may_note
        else [],
        agencies=_others(case) if view.may_transfer else [],
    )


def _anchors(desk: DeskCase) -> frozenset[str]:
    """Ids of the inputs on the page."""
    sets = (
        (desk.view.may_assign, {"officer"}),
        (desk.view.may_transfer, {"agency", "transfer_reason"}),
        (desk.view.may_note, {"text"}),
        (desk.view.may_look, {"what", "reason", "purpose"}),
    )
    return frozenset(anchor for there, anchors in sets if there for anchor in anchors)


def _others(case: Case) -> list[Agency]:
    others = Agency.objects.filter(active=True).exclude(pk=case.agency_id)
    return sorted(others, key=lambda agency: str(agency.title).casefold())


def _unnamed(view: CaseView) -> tuple[AnswerSection, ...]:
    """Answers without those that identify a person."""
    naming = {name for page in view.snapshot.pages for name, f in page.fields.items() if f.profile in NAMING}
    return tuple(
        replace(
            section,
            rows=tuple(
                replace(row, text=_("Hidden"), hidden=True) if row.name in naming else row for row in section.rows
            ),
        )
        for section in view.sections
    )


def group_answers(sections: Iterable[AnswerSection]) -> list[tuple[str, list[AnswerRow]]]:
    """Answers under their headings; single answers labelled like their page are listed together without a heading."""
    groups: list[tuple[str, list[AnswerRow]]] = []
    for section in sections:
        alone = len(section.rows) == 1 and section.rows[0].label == section.heading
        if alone and groups and not groups[-1][0]:
            groups[-1][1].extend(section.rows)
        elif section.rows:
            groups.append(("" if alone else section.heading, list(section.rows)))
    return groups


def _facts(case: Case, view: CaseView) -> Iterator[tuple[str, Any]]:
    """Labels and values at the top of the page."""
    yield _("Step"), view.snapshot.flow.states[case.state].name
    yield _("Since"), formats.moment(case.state_since)
    if view.person:
        yield _("Resident"), view.person
    if case.resident and not view.private:
        yield _("Level"), assurance_levels.level_label(case.resident.assurance)
    yield _("Channel"), channel_word(case.channel)
    yield _("Opened"), formats.moment(case.opened_at)
    if case.due_at and not case.closed_at:
        yield _("Due"), formats.moment(case.due_at)
    if case.closed_at:
        yield _("Ended"), formats.moment(case.closed_at)
    if case.area:
        yield _("Area"), case.area.name
    yield _("Agency"), case.agency.title
    if case.unit:
        yield _("Unit"), case.unit
    yield _("Officer"), case.assignee.name if case.assignee else _("Nobody yet")


def channel_word(channel: str) -> str:
    """Channel in words."""
    words = {
        "web": _("Web"),
        "counter": _("Counter, on behalf of the resident"),
        "phone": _("Phone"),
        "api": _("A program"),
        "message": _("Message"),
        "partner": _("A partner"),
    }
    return words.get(channel, channel)


# Forms beside the case


def posted_text(request: HttpRequest, name: str) -> str:
    """Return a posted text without unstorable characters."""
    return UNREADABLE.sub("", request.POST.get(name, "")).replace("\r\n", "\n").strip()


def _attempt(
    request: HttpRequest, actor: Actor, case: Case, action: Callable[[], Any], anchor: str, *names: str
) -> HttpResponse | None:
    """Run the action; on refusal render the page with the error and everything typed."""
    try:
        action()
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        typed = {name: posted_text(request, name) for name in names}
        return render_case_page(request, actor, case, errors=[(anchor, str(refusal))], typed=typed)
    return None


@officers_only(CasePermission.SEE_CASES)
@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the case, assign it to a colleague (`officer`: id), or to nobody ("none")."""
    actor, case = case_at_desk(request, reference)
    choice = clean_query_text(request.POST.get("officer", ""))

    def deed() -> None:
        officer = _officer(actor, choice)
        actions.assign(by=actor, case=case, officer=officer)
        if officer is None:
            messages.success(request, _("The case is now assigned to nobody."))
        else:
            messages.success(request, _("The case is now assigned to %(name)s.") % {"name": officer.name})

    return _attempt(request, actor, case, deed, "officer", "officer") or back_to_case(request, case.reference)


def _officer(actor: Actor, choice: str) -> Officer | None:
    if choice == "none":
        return None
    if choice == "me":
        return officer_of(actor)
    officer = Officer.objects.filter(pk=parse_pk(choice), active=True).first()
    if officer is None:
        raise ActionRefused(_("Choose somebody from the list."))
    return officer


@officers_only(CasePermission.SEE_CASES)
@require_POST
def transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """Transfer the case to another agency, usually out of the officer's sight."""
    actor, case = case_at_desk(request, reference)
    reason = posted_text(request, "transfer_reason")

    def deed() -> None:
        agency = Agency.objects.filter(pk=clean_query_text(request.POST.get("agency", "")), active=True).first()
        if agency is None:
            raise ActionRefused(_("Choose the agency that should continue with it."))
        actions.transfer(by=actor, case=case, agency=agency, reason=reason)
        words = _("%(reference)s is with %(agency)s now.")
        messages.success(request, words % {"reference": case.reference, "agency": agency.title})

    anchor = "agency" if reason else "transfer_reason"
    queue = queue_address.queue_url(queue_address.origin_queue(request))
    return _attempt(request, actor, case, deed, anchor, "agency", "transfer_reason") or see_other(queue)


@officers_only(CasePermission.SEE_CASES)
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add an internal note; a colleague selected in `mention` (name) is mentioned at its end."""
    actor, case = case_at_desk(request, reference)
    text, mention = posted_text(request, "text"), clean_query_text(request.POST.get("mention", ""))
    if text and mention and f"@{mention}" not in text:
        text = f"{text} @{mention}"

    def deed() -> None:
        actions.add_note(by=actor, case=case, text=text)
        messages.success(request, _("The note has been saved."))

    return _attempt(request, actor, case, deed, "text", "text", "mention") or back_to_case(request, case.reference)


@officers_only(CasePermission.SEE_CASES)
@require_POST
def look(request: HttpRequest, reference: str) -> HttpResponse:
    """Reveal hidden data once on this page. The reveal is logged first, with its reason, for the resident to read."""
    actor, case = case_at_desk(request, reference)
    what, purpose = request.POST.get("what", ""), clean_query_text(request.POST.get("purpose", ""))
    shown: dict[str, Any] = {}

    def deed() -> None:
        reason = posted_text(request, "reason")
        if what not in LOOKS:
            raise ActionRefused(_("Choose what you need to see."))
        if len(reason) > LONGEST_REASON:
            raise ActionRefused(_("Write the reason in fewer words."))
        shown.update(actions.reveal(by=actor, case=case, what=what, reason=reason, purpose=purpose))

    anchor = "what" if what not in LOOKS else "reason" if purpose in access_purposes.look_purposes() else "purpose"
    refused = _attempt(request, actor, case, deed, anchor, "reason", "what", "purpose")
    if refused:
        return refused
    snapshot = snapshot_of(case.version)
    rows = list(_answers(snapshot, shown) if what == "answers" else _identity(shown))
    context = {
        "case": case,
        "rows": rows,
        "purpose": access_purposes.purpose_label(purpose),
        "reason": posted_text(request, "reason"),
        "trail": queue_address.back_query(request),
    }
    return render(request, "cases/desk/look.html", context)


def _answers(snapshot: ServiceSnapshot, shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Hidden answers in the clear with labels, lists item by item."""
    for page_ in snapshot.pages:
        if page_.repeat:
            for item in shown.get(page_.repeat.name) or []:
                yield from _revealed(page_.fields, item)
        else:
            yield from _revealed(page_.fields, shown)


def _revealed(fields: Mapping[str, FieldBase], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        if values.get(name) is not None:
            yield str(field.label), field.reveal(values[name])


def _identity(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    labels = {
        "name": _("Name"),
        "national_id": _("National identity number"),
        "birth_date": _("Date of birth"),
        "sex": _("Sex"),
        "family_card": _("Family card number"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "address": _("Address"),
    }
    words = {"female": _("Female"), "male": _("Male")}
    for attribute, label in labels.items():
        if (value := known.get(attribute)) is not None:
            yield label, _address(value) if isinstance(value, dict) else words.get(value, str(value))


def _address(value: Mapping[str, str]) -> str:
    area = city_queries.area(value["area"])
    return f"{value['text']}, {area.name if area else value['area']}"
