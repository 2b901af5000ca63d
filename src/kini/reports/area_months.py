"""Counts of public reports by month and area: reported, said to be solved, and open at the end of the month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from kini.city.models import Area
from kini.reports import queries
from kini.reports.models import Publication
from kini.reports.rules import months_until
from kini.web.formats import today

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """Counts of a month; `still_open` at its end, or now."""

    month: date
    reported: int
    solved: int
    still_open: int


#: (area path, first day of the month) to a number.
type Counts = dict[tuple[str, date], int]


class AreaMonths:
    """Counts of the last months for an area and all areas inside of it, from three statements."""

    def __init__(self, area: Area) -> None:
        """
        Args:
            area: the whole city, or a part of it.
        """
        self.months = months_until(today(), MONTHS)
        reports = queries.released().filter(queries.in_area(area)).order_by()
        ended = reports.filter(closed_at__isnull=False)
        self._reported = self._by_month(reports, "opened_at")
        self._ended = self._by_month(ended, "closed_at")
        self._solved = self._by_month(ended.filter(outcome="solved"), "closed_at")
        self.paths = {path for path, _month in self._reported}

    @staticmethod
    def _by_month(rows: QuerySet[Publication], moment: str) -> Counts:
        counted = rows.annotate(month=TruncMonth(moment)).values_list("area_path", "month").annotate(count=Count("pk"))
        return {(path, month.date().replace(day=1)): count for path, month, count in counted}

    def of(self, area: Area) -> list[MonthCounts]:
        """Counts of an area with all areas inside of it."""
        return self._counts([path for path in self.paths if f"{path}/".startswith(f"{area.path}/")])

    def _counts(self, paths: Iterable[str]) -> list[MonthCounts]:
        mine = set(paths)
        reported, ended, solved = (self._sums(each, mine) for each in (self._reported, self._ended, self._solved))
        first = self.months[0]
        still_open = sum(reported[month] for month in reported if month < first)
        still_open -= sum(ended[month] for month in ended if month < first)
        rows = []
        for month in self.months:
            still_open += reported[month] - ended[month]
            rows.append(MonthCounts(month, reported[month], solved[month], still_open))
        return rows

    @staticmethod
    def _sums(counts: Counts, paths: set[str]) -> defaultdict[date, int]:
        sums: defaultdict[date, int] = defaultdict(int)
        for (path, month), count in counts.items():
            if path in paths:
                sums[month] += count
        return sums
