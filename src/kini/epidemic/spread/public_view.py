"""Parts that the public pages of a disease share: the disease, the day that was asked for, areas, curve."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.city.public import city_tables
from kini.core.typed_values import parse_day
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.spread import queries
from kini.epidemic.spread.curve_chart import CurveChart, CurvePoint, draw_curve
from kini.epidemic.spread.models import PublishedAreas, PublishedDay
from kini.epidemic.spread.schema import AreaCounts, AreasContent, DayContent
from kini.web import formats

MEAN_DAYS = 7


@dataclass(frozen=True, slots=True)
class AskedDay:
    """The page's disease with what is published of it on the day in the query string (`on`), else of the newest.

    Attributes:
        past: the day was asked for and is not the newest.
        query: "?on=..." for links to pages of the same day, else "".
    """

    name: str
    disease: Disease
    row: PublishedDay | None
    content: DayContent | None
    areas_row: PublishedAreas | None
    areas: AreasContent | None
    span: tuple[date, date] | None
    past: bool

    @property
    def query(self) -> str:
        return f"?on={self.content.day.isoformat()}" if self.past and self.content else ""

    @property
    def made_up(self) -> bool:
        return bool(self.row and self.row.made_up) or bool(self.areas_row and self.areas_row.made_up)


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area of a table; `before`: its counts a period earlier."""

    area: Area
    counts: AreaCounts
    before: AreaCounts | None

    @property
    def way(self) -> str:
        """Direction of the cases: "up", "down", "same", or "" if one of the counts is hidden."""
        now, then = self.counts.cases, self.before.cases if self.before else None
        if now is None or then is None:
            return ""
        return "same" if now == then else "up" if now > then else "down"


def require_disease(name: str) -> Disease:
    """Return a disease of the pack.

    Raises:
        Http404: there is none of that name.
    """
    disease = diseases().get(name)
    if disease is None:
        raise Http404
    return disease


def asked_day(request: HttpRequest, name: str) -> AskedDay:
    """Return what is published for the asked day.

    Raises:
        Http404: for an unknown disease, a day that is none, or one before the first.
    """
    disease, span = require_disease(name), queries.day_span(name)
    on = _day_or_404(request.GET.get("on", ""))
    row = queries.newest_day(name, on)
    if on and row is None and span:
        raise Http404
    past = bool(on and span and on < span[1])
    areas = queries.newest_areas(name, row.day if row and past else None)
    content, areas_content = row.read() if row else None, areas.read() if areas else None
    return AskedDay(name, disease, row, content, areas, areas_content, span, past)


def area_lines(areas: AreasContent, before: AreasContent | None, level: str) -> list[AreaLine]:
    """Return the published areas of a level."""
    known = city_tables().areas
    return [
        AreaLine(known[code], counts, before.areas.get(code) if before else None)
        for code, counts in areas.areas.items()
        if code in known and known[code].level == level
    ]


def city_curve(content: DayContent, by: str) -> tuple[CurveChart | None, list[CurvePoint]]:
    """Return the curve of the city by day of "report" or "onset", with the nowcast on the last days of onset."""
    counts = content.by_onset if by == "onset" else content.by_report
    expected = {each.day: each for each in content.nowcast} if by == "onset" else {}
    points = []
    for number, count in enumerate(counts):
        day = content.day - timedelta(days=len(counts) - 1 - number)
        week = counts[max(number - MEAN_DAYS + 1, 0) : number + 1]
        known = [each for each in week if each is not None]
        unripe = expected.get(day)
        mean = sum(known) / MEAN_DAYS if len(known) == MEAN_DAYS and not unripe else None
        points.append(
            CurvePoint(
                formats.day_short(day),
                count,
                mean,
                unripe.low if unripe else None,
                unripe.high if unripe else None,
            )
        )
    return draw_curve(points, formats.short_number), points


def area_curve(periods: list[queries.AreaPeriod]) -> CurveChart | None:
    """Return the curve of an area by period."""
    return draw_curve(
        [CurvePoint(formats.day_short(each.last), each.counts.cases) for each in periods], formats.short_number
    )


def period_words(first: date, last: date) -> str:
    """5 to 11 July 2021; with both months where they differ."""
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else formats.day_short(first)
    return _("%(first)s to %(last)s") % {"first": start, "last": formats.day(last)}


def _day_or_404(text: str) -> date | None:
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        raise Http404
    return day
