"""Line lists for officers: pseudonymous rows of the cases that they may read, watermarked and logged.

A list has neither names nor numbers of persons. Its own number stands in every row, so that a copy leads back to the
officer, the purpose and the time.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.models import Area
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.queries import standing
from kini.epidemic.permissions import EpidemicPermission
from kini.people import actions as people_actions
from kini.people.public import access_purposes, action_helpers, permission_filters
from kini.people.rules import require_somewhere
from kini.records.public import policy_of, visible

#: Cases and days of a list.
MOST_ROWS, MOST_DAYS = 5_000, 92
PREFIX = "LL"
#: Type of the entry in the access log of each person in the list.
ACCESS_TYPE = "case-line-list"
ACCESS_LABEL = gettext_lazy("Your case was in a list for the health agency, without your name")
COLUMNS = (
    *("reference", "classification", "area", "area_name", "rw", "rt", "age", "sex", "onset_on", "specimen_on"),
    *("reported_on", "infected_elsewhere", "outcome", "outcome_on", "list"),
)


@dataclass(frozen=True, slots=True)
class LineList:
    """A list as it is handed out: number, watermark (first line of the file) and rows in the order of COLUMNS."""

    number: str
    watermark: str
    rows: list[list[Any]]


@action
def export_line_list(
    *, by: Actor, disease: str, area: Area, first: date, last: date, purpose: str, reason: str
) -> LineList:
    """Export the cases of an area that were reported in a span of days and that the officer may read.

    Each person finds the list in their access log.

    Args:
        purpose: one of the purposes for which case records may be read.
        reason: in the officer's words.

    Raises:
        NotAllowed: without the permission to read case records.
        ActionRefused: without purpose or reason, for too many days or cases, or when there are none.
    """
    require_somewhere(by, EpidemicPermission.SEE_CASE_RECORDS)
    policy = policy_of(CaseRecord)
    if purpose not in policy.purposes:
        raise ActionRefused(_("Choose the purpose for which you need to see this."))
    reason = action_helpers.require_reason(reason)
    if not first <= last <= first + timedelta(days=MOST_DAYS - 1):
        raise ActionRefused(_("Choose a first day and a last day, at most %(days)d days.") % {"days": MOST_DAYS})
    rows = visible(by, CaseRecord, _cases(disease, area, first, last))
    records = list(rows.select_related("area")[: MOST_ROWS + 1])
    if not records:
        raise ActionRefused(_("There is no case that you may read in this area and time."))
    if len(records) > MOST_ROWS:
        raise ActionRefused(_("More than %(count)d cases: choose fewer days or a smaller area.") % {"count": MOST_ROWS})
    number = references.generate(PREFIX)
    people_actions.log_reads(
        by=by, what=ACCESS_TYPE, reads=[policy.data_read(record) for record in records], purpose=purpose
    )
    detail = {"disease": disease, "area": area.code, "first": first.isoformat(), "last": last.isoformat()}
    detail |= {"rows": len(records), "purpose": purpose, "reason": reason}  # type: ignore[dict-item]
    audit.record(by=by, action="epidemic.line-list-exported", subject=f"line-list:{number}", detail=detail)
    return LineList(number, _watermark(number, purpose), [_row(record, number) for record in records])


def _cases(disease: str, area: Area, first: date, last: date) -> QuerySet[CaseRecord]:
    inside = permission_filters.in_area_q(area.path)
    return (
        standing()
        .filter(inside, disease=disease, reported_on__range=(first, last))
        .order_by("reported_on", "reference")
    )


def _watermark(number: str, purpose: str) -> str:
    words = access_purposes.room_purposes.find(purpose) or purpose
    return _("Confidential. List %(number)s, %(time)s, only for: %(purpose)s. Each person can see that it exists.") % {
        "number": number,
        "time": current_time.now().isoformat(timespec="minutes"),
        "purpose": words,
    }


def _row(record: CaseRecord, number: str) -> list[Any]:
    days = (record.onset_on, record.specimen_on, record.reported_on)
    return [
        *(record.reference, record.classification, record.area_id, record.area.name, record.rw, record.rt),
        *(record.age, record.sex, *days, record.infected_elsewhere, record.outcome, record.outcome_on, number),
    ]
