"""Choice of public reports by service, state, area and period, as in the address of a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.city import queries as city
from kini.city.models import Area
from kini.core import current_time
from kini.reports import queries
from kini.reports.models import Publication

#: Periods that can be chosen, by the number of days in the address.
PERIODS = {"7": _("last 7 days"), "30": _("last 30 days"), "90": _("last 90 days"), "365": _("last year")}
STATES = {"open": _("still open"), "solved": _("said to be solved")}


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """One filter that is on, and the address without it."""

    label: str | Promise
    without: str


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Chosen filters; what an address has wrong is left out.

    Attributes:
        names: of all services of reports by code.
    """

    names: dict[str, str]
    service: str = ""
    state: str = ""
    area: Area | None = None
    period: str = ""

    @property
    def since(self) -> datetime | None:
        return current_time.now() - timedelta(days=int(self.period)) if self.period else None

    @property
    def parts(self) -> dict[str, str]:
        """Names and values as in the address."""
        values = {"service": self.service, "state": self.state, "area": self.area.code if self.area else ""}
        return {name: value for name, value in (values | {"period": self.period}).items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.parts)

    @property
    def chosen(self) -> list[ChosenFilter]:
        labels: dict[str, str | Promise] = {
            "service": self.names.get(self.service, ""),
            "state": STATES.get(self.state, ""),
            "area": self.area.name if self.area else "",
            "period": PERIODS.get(self.period, ""),
        }
        return [
            ChosenFilter(labels[name], urlencode({part: value for part, value in self.parts.items() if part != name}))
            for name in self.parts
        ]

    def reports(self, before: datetime | None = None) -> QuerySet[Publication]:
        """Public reports that were chosen, the newest first."""
        return queries.public_reports(
            service=self.service, state=self.state, area=self.area, since=self.since, before=before
        )


def report_filter(sent: QueryDict) -> ReportFilter:
    """Read the filters of an address."""
    names = queries.report_names()
    service, state, period = (sent.get(name, "") for name in ("service", "state", "period"))
    return ReportFilter(
        names,
        service if service in names else "",
        state if state in STATES else "",
        chosen_area(sent),
        period if period in PERIODS else "",
    )


def chosen_area(sent: QueryDict) -> Area | None:
    """Area that the address names, but the whole city; None for none or an unknown one."""
    area = city.area(sent.get("area", "")[:20])
    return area if area and area.depth else None


def area_choices() -> list[tuple[Area, list[Area]]]:
    """Areas to choose from by groups: first the larger ones by the area around them, then the smallest ones."""
    lowest, groups = city.lowest_level_areas(), dict[str, tuple[Area, list[Area]]]()
    for parent, _children in lowest:
        above = parent.parent or parent
        groups.setdefault(above.code, (above, [above] if above.depth else []))[1].append(parent)
    return [*groups.values(), *lowest]
