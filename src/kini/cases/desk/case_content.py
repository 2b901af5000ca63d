"""Content of the desk's case page: what the officer may know, and who may go on with the case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import access, independence, rules
from kini.cases.case_view import AnswerRow, AnswerSection, CaseView, case_view
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.city.models import Agency
from kini.city.public import CityMap, point_map
from kini.core.actors import Actor
from kini.people.models import Officer
from kini.people.public import assurance_levels
from kini.people.queries import officer_of, officers_with_permission
from kini.people.rules import may
from kini.web import formats

#: Profile attributes that identify a person.
NAMING = frozenset({"name"})


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


def at_risk_seconds(case: Case) -> int:
    """Seconds between the at-risk mark and the deadline."""
    return int((case.due_at - case.at_risk_at).total_seconds()) if case.due_at and case.at_risk_at else 0


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


def case_facts(case: Case, view: CaseView) -> Iterator[tuple[str, Any]]:
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


def case_map(case: Case, view: CaseView) -> CityMap | None:
    """Map of the case's point, if the answers that the officer may see have it."""
    if case.latitude is None or case.longitude is None:
        return None
    shown = f"({case.latitude:.5f}, {case.longitude:.5f})"
    rows = [row for section in view.sections for row in section.rows if not row.hidden]
    known = any(shown in row.text for row in rows)
    return point_map([(1, (case.latitude, case.longitude), "")]) if known else None
