"""Rows of the queue's table as HTML."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kini.cases import access
from kini.cases.desk import queue_counts
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.public import PeoplePermission
from kini.people.rules import may
from kini.services.public import kinds, snapshots_by_version
from kini.web import formats
from kini.web.snippets import render_snippet
from kini.web.templatetags.kini import due_tag

PLACE = "REFERENCE"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Row of the queue.

    Attributes:
        near: how many seconds before its end it is at risk.
        resting: its clock stands, and it was not late before.
        person: name of the resident, where the officer may see it.
    """

    case: Case
    title: str
    step: str
    near: int
    resting: bool
    person: str = ""


def build_rows(cases: Collection[Case], reader: Actor | None = None) -> list[QueueRow]:
    """Build the rows in the order of the cases.

    Args:
        reader: officer whose rows name the residents whom they may see; not in reports and in sensitive services.
    """
    now, versions = current_time.now(), snapshots_by_version(case.version_id for case in cases)
    titles = {key: queue_counts.service_title(snapshot) for key, snapshot in versions.items()}

    @cache
    def step(version: int, state: str) -> str:
        return str(versions[version].flow.states[state].name)

    @cache
    def never_named(version: int, kind: str) -> bool:
        return kinds.get(kind).private or kinds.get(kind).quick_exit(versions[version].definition)

    def row(case: Case) -> QueueRow:
        late = case.due_at is not None and case.due_at < now
        near = int((case.due_at - case.at_risk_at).total_seconds()) if case.due_at and case.at_risk_at else 0
        resting = case.paused_at is not None and not late
        named = reader and case.resident and not never_named(case.version_id, case.kind) and sees_name(reader, case)
        person = case.resident.name if named and case.resident else ""
        return QueueRow(case, titles[case.version_id], step(case.version_id, case.state), near, resting, person)

    return [row(case) for case in cases]


def sees_name(reader: Actor, case: Case) -> bool:
    """Return True if this officer may see who the resident of the case is."""
    return may(reader, PeoplePermission.SEE_IDENTITY, access.scope_of(case))


def render_rows(rows: Iterable[QueueRow], trail: str, *, ticks: bool, names: bool) -> SafeString:
    """Render the rows.

    Args:
        trail: query of the addresses that says from which queue one comes.
        ticks: whether a row can be ticked.
        names: whether there is a column for names.
    """
    return mark_safe("".join(_rows(rows, trail, ticks, names)))


def _rows(rows: Iterable[QueueRow], trail: str, ticks: bool, names: bool) -> Iterator[SafeString]:
    page, summary = (reverse(f"cases:desk-{name}", args=[PLACE]) + trail for name in ("case", "summary"))
    labels = {
        "service_label": conditional_escape(_("Service")),
        "area_label": conditional_escape(_("Area")),
        "step_label": conditional_escape(_("Step")),
        "officer_label": conditional_escape(_("Officer")),
        "opened_label": conditional_escape(_("Received")),
    }
    counter = format_html(" <small>{}</small>", _("Counter"))
    resident = _("Resident")
    for row in rows:
        case = row.case
        yield render_snippet(
            "cases/desk/queue_row.html",
            tick=_tick(row) if ticks else "",
            due=_due(row),
            page=page.replace(PLACE, case.reference),
            summary=summary.replace(PLACE, case.reference),
            reference=case.reference,
            title=row.title,
            counter=counter if case.channel == "counter" else "",
            area=case.area.name if case.area else NOTHING,
            opened=formats.day_short(case.opened_at),
            person=_person(row, resident) if names else "",
            step=row.step,
            officer=case.assignee.name if case.assignee else NOTHING,
            **labels,
        )


def _tick(row: QueueRow) -> SafeString:
    disabled = " disabled" if row.case.closed_at else ""
    return render_snippet("cases/desk/queue_tick.html", reference=row.case.reference, disabled=disabled)


def _person(row: QueueRow, label: str) -> SafeString:
    return format_html('<td class="person" data-label="{}">{}</td>', label, row.person or NOTHING)


def _due(row: QueueRow) -> SafeString:
    if row.case.closed_at:
        return format_html('<span class="num">{}</span>', formats.day_short(row.case.closed_at))
    return due_tag(row.case.due_at, paused=row.resting, near=row.near)
