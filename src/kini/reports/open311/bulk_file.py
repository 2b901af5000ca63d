"""GeoReport Bulk: all released reports of a year as one CSV file, in the columns of the proposal and some more."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, F, Q

from kini.core.localized_text import Text
from kini.reports.models import ClosingAnswer
from kini.reports.open311.wire_format import moment
from kini.reports.queries import released
from kini.services.public import kinds, snapshots_by_version

COLUMNS = (
    *("service_request_id", "requested_datetime", "updated_datetime", "closed_date", "status_description"),
    *("status_notes", "source", "service_name", "service_subtype", "description", "agency_responsible"),
    *("address", "lat", "long", "due_datetime", "reopened_count", "confirmed_by_reporter"),
)


def csv_rows(year: int) -> Iterator[Iterable[Any]]:
    """Rows of the file, the oldest first."""
    answers = "case__closing_answers"
    disputes = Count(answers, filter=Q(case__closing_answers__answer=ClosingAnswer.NOT_SOLVED), distinct=True)
    confirmed = Q(
        case__closing_answers__answer=ClosingAnswer.SOLVED, case__closing_answers__closed_at=F("case__closed_at")
    )
    reports = (
        released()
        .filter(opened_at__year=year)
        .select_related("case__agency", "case__area", "current")
        .defer("case__answers", "case__sealed", "case__search")
        .annotate(disputes=disputes, confirmed=Count(answers, filter=confirmed, distinct=True))
        .order_by("opened_at", "case")
    )
    for report in reports.iterator(chunk_size=1000):
        case = report.case
        snapshot = snapshots_by_version([case.version_id])[case.version_id]
        row = (
            case.reference,
            moment(case.opened_at),
            moment(case.closed_at or case.state_since),
            moment(case.closed_at),
            "closed" if case.closed_at else "open",
            str(snapshot.flow.states[case.state].does),
            case.channel,
            str(kinds.get(case.kind).title(snapshot.definition)),
            "",
            report.current.text if report.current else "",
            str(Text.model_validate(case.agency.name)),
            case.area.name if case.area else "",
            report.latitude,
            report.longitude,
            moment(case.due_at),
            report.disputes,
            bool(report.confirmed),
        )
        yield row
