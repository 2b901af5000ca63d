"""Figures of each office's reports, counted by the database."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db import connection

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.reports.models import AgencyFigures
from kini.reports.rules import median_days
from kini.web.formats import today

PERIOD = timedelta(days=365)
COUNTED = ("closed", "confirmed", "disputed", "cannot_tell", "audited", "failed", "late")

#: A closing is a moment at which a report was said to be solved, also when it was re-opened later.
_CLOSINGS = """
    WITH closing AS (
        SELECT id AS case_id, closed_at FROM cases_case
        WHERE kind = 'report' AND outcome = 'solved' AND closed_at > %(since)s
        UNION SELECT case_id, closed_at FROM reports_closinganswer WHERE closed_at > %(since)s
        UNION SELECT case_id, closed_at FROM reports_audit WHERE closed_at > %(since)s
    )
    SELECT reported.agency_id, count(*),
        count(*) FILTER (WHERE answer.answer = 'solved'), count(*) FILTER (WHERE answer.answer = 'not-solved'),
        count(*) FILTER (WHERE answer.answer = 'cannot-tell'),
        count(*) FILTER (WHERE audited.result IN ('passed', 'failed')),
        count(*) FILTER (WHERE audited.result = 'failed'),
        count(*) FILTER (WHERE closing.closed_at > reported.due_at)
    FROM closing
    LEFT JOIN reports_closinganswer AS answer USING (case_id, closed_at)
    LEFT JOIN reports_audit AS audited USING (case_id, closed_at)
    JOIN cases_case AS reported ON reported.id = case_id
    GROUP BY reported.agency_id
"""
_OPEN = """
    SELECT agency_id, count(*), count(*) FILTER (WHERE due_at < %(now)s)
    FROM cases_case WHERE kind = 'report' AND closed_at IS NULL GROUP BY agency_id
"""
#: Withdrawn and joined reports say nothing about how long an office needs.
_DAYS = """
    SELECT agency_id, extract(epoch FROM coalesce(closed_at, %(now)s) - opened_at)::bigint / 86400 AS days,
        count(closed_at), count(*) FILTER (WHERE closed_at IS NULL)
    FROM cases_case
    WHERE kind = 'report' AND opened_at > %(since)s AND outcome NOT IN ('withdrawn', 'joined')
    GROUP BY 1, 2
"""


@action
def count_figures(*, by: Actor) -> int:
    """Count the figures of all offices as of today, again if they were counted; return the number of offices.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    now = current_time.now()
    values = {"now": now, "since": now - PERIOD}
    days: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for agency, day, closed, still_open in _rows(_DAYS, values):
        days[agency][day] = (closed, still_open)
    closings = {agency: dict(zip(COUNTED, counts, strict=True)) for agency, *counts in _rows(_CLOSINGS, values)}
    still = {agency: {"open": count, "overdue": overdue} for agency, count, overdue in _rows(_OPEN, values)}
    none = dict.fromkeys((*COUNTED, "open", "overdue"), 0)
    for agency in closings.keys() | still.keys():
        figures = none | closings.get(agency, {}) | still.get(agency, {})
        figures["median_days"] = median_days(days[agency])
        AgencyFigures.objects.update_or_create(day=today(), agency_id=agency, defaults=figures)
    audit.record(by=by, action="reports.figures-counted", subject=f"agency-figures:{today()}")
    return len(closings.keys() | still.keys())


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
