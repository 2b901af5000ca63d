"""Public usage statistics by day, hour, kind and area, and usage by site for officers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.city.public import CityMap, area_map, city_tables, pack, shaded
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.web import charts, downloads, formats
from kini.web.page_cache import cache_for_anonymous
from kini.wifi import config
from kini.wifi.health.desk import chosen_month
from kini.wifi.health.queries import WATCH, monitored_by
from kini.wifi.inventory.models import Site
from kini.wifi.usage import queries
from kini.wifi.usage.queries import UsageRow

#: Areas on the page; the CSV has all.
AREAS = 15
HEAD = ("month", "by", "of", "name", *queries.FIGURES)


@cache_for_anonymous
@require_safe
def usage_page(request: HttpRequest) -> HttpResponse:
    """Show a month's figures as charts and tables."""
    month, months = _asked(request)
    context: dict[str, Any] = {"network": config.network(), "months": months, "month": month}
    if month:
        days, hours = queries.by_day(month), queries.by_hour(month)
        context |= {
            "whole": queries.city_total(month),
            "ever": queries.all_time_total(),
            "days": days,
            "course": _course(days),
            "hours": _grid(hours),
            "kinds": queries.by_kind(month),
            "areas": queries.by_area(month)[:AREAS],
            "map": _usage_map(month),
            "made_up": queries.made_up(month),
        }
        rows = [*context["kinds"], *context["areas"], *days]
        context["hidden"] = any(row.hidden for row in rows)
    return render(request, "wifi/served.html", context)


@require_safe
def usage_csv(request: HttpRequest, by: str) -> HttpResponse:
    """Return a month's figures as CSV; suppressed ones are empty."""
    month, _months = _asked(request)
    if month is None or by not in (*queries.BY, "hour"):
        raise Http404
    name = f"wifi-{by}-{month:%Y-%m}.csv"
    if by == "hour":
        grid = queries.by_hour(month)
        lines = ([day + 1, hour, _rounded(value)] for day, values in grid.items() for hour, value in enumerate(values))
        return downloads.csv_response(name, ("weekday", "hour", "devices_mean"), lines)
    return downloads.csv_response(name, HEAD, (cells(month, by, row) for row in queries.BY[by](month)))


def _usage_map(month: date) -> CityMap | None:
    """Map of a month: devices per thousand residents in each smallest area."""
    people = {code: area.population for code, area in city_tables().areas.items() if area.population}
    values = {
        row.of: 1000 * row.devices / people[row.of]
        for row in queries.by_area(month)
        if row.devices is not None and row.of in people
    }
    classes, class_of = shaded(values, formats.short_number)
    texts = {code: formats.short_number(value) for code, value in values.items()}
    return area_map(_("Devices per thousand residents"), classes, class_of, texts=texts)


def cells(month: date, by: str, row: UsageRow) -> list[Any]:
    """Return a row with the columns of HEAD."""
    return [f"{month:%Y-%m}", by, row.of, row.name, *row.figures]


def _asked(request: HttpRequest) -> tuple[date | None, Sequence[date]]:
    """Return the month in the query string, else the newest, and all months; None if there are no figures.

    Raises:
        Http404: if the city has no Wi-Fi, or no such month.
    """
    months = queries.months()
    if config.network() is None:
        raise Http404
    text = request.GET.get("month")
    if not text:
        return (months[0] if months else None), months
    month = next((each for each in months if f"{each:%Y-%m}" == text), None)
    if month is None:
        raise Http404
    return month, months


def _course(days: Sequence[UsageRow]) -> charts.Chart | None:
    """Plot people and devices by day."""
    zone = pack.current().timezone

    def at(row: UsageRow) -> datetime:
        return datetime.combine(date.fromisoformat(row.of), datetime.min.time(), zone)

    courses = [
        (_("people"), [(at(row), float(row.people)) for row in days if row.people is not None]),
        (_("devices"), [(at(row), float(row.devices)) for row in days if row.devices is not None]),
    ]
    return charts.build_chart(courses, (), formats.short_number, lambda moment: formats.day_short(moment.date()))


def _grid(hours: dict[int, list[float | None]]) -> charts.Heatmap:
    return charts.build_heatmap([(str(WEEKDAYS_ABBR[day]).capitalize(), values) for day, values in hours.items()])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@officers_only(WATCH)
@require_safe
def sites_csv(request: HttpRequest) -> HttpResponse:
    """Return the usage of each site in a month as CSV, by area; small counts are suppressed within each area."""
    month = chosen_month(request)
    mine = set(Site.objects.filter(monitored_by(actor_for(request), "")).values_list("code", flat=True))
    lines = (
        [f"{month:%Y-%m}", area, row.of, row.name, *row.figures]
        for area, rows in queries.by_site(month).items()
        for row in rows
        if row.of in mine
    )
    return downloads.csv_response(
        f"wifi-sites-{month:%Y-%m}.csv", ("month", "area", "site", "name", *queries.FIGURES), lines
    )
