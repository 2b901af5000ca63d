"""Desk page of the network: access points that are down, and availability by month."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.typed_values import parse_month
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.web import charts, downloads, formats
from kini.web.desk_help import register_help
from kini.web.formats import today
from kini.web.navigation import NavItem, navigation
from kini.wifi import config
from kini.wifi.health import queries
from kini.wifi.health.models import Availability, Outage
from kini.wifi.health.queries import WATCH, monitored_by
from kini.wifi.health.rules import State

#: Outages and lines of availability on the page.
SHOWN, LINES = 100, 30
HEAD = (
    "month",
    "provider",
    "area",
    "area_name",
    "points",
    "open_hours",
    "down_hours",
    "availability_percent",
    "outages",
)
#: Label and tone of each state.
STATES = {
    State.UP: (gettext_lazy("up"), "ok"),
    State.BUSY: (gettext_lazy("busy"), "warn"),
    State.SILENT: (gettext_lazy("silent"), ""),
    State.DOWN: (gettext_lazy("down"), "bad"),
    State.UNKNOWN: (gettext_lazy("no signal yet"), ""),
}
CAUSES = {
    Outage.Cause.POWER: gettext_lazy("power"),
    Outage.Cause.PROVIDER: gettext_lazy("many of the provider's points here"),
    Outage.Cause.SITE: gettext_lazy("the whole site"),
    Outage.Cause.UNKNOWN: gettext_lazy("not known"),
}


@officers_only(WATCH)
@require_safe
def health_page(request: HttpRequest) -> HttpResponse:
    """Show the number of access points by state, the open outages, and the month's availability."""
    actor, month = actor_for(request), chosen_month(request)
    rows = queries.monitored_access_points().filter(monitored_by(actor, "site__"))
    counts = Counter(each or State.UNKNOWN for each in rows.values_list("health__state", flat=True))
    outages = queries.open_outages().filter(monitored_by(actor, "access_point__site__"))
    lines, now, course = list(availability_of(actor, month)), current_time.now(), _by_month(actor)
    context = {
        "states": [(label, tone, counts[state]) for state, (label, tone) in STATES.items()],
        "outages": [
            (each, CAUSES[Outage.Cause(each.cause)], (now - each.began_at).total_seconds()) for each in outages[:SHOWN]
        ],
        "more": max(0, outages.count() - SHOWN),
        "month": month,
        "months": months(),
        "lines": [(each, percent(each)) for each in lines[:LINES]],
        "more_lines": max(0, len(lines) - LINES),
        "whole": _whole(lines),
        "chart": _chart(course),
        "course": course[::-1],
    }
    return render(request, "wifi/health.html", context)


@officers_only(WATCH)
@require_safe
def availability_csv(request: HttpRequest) -> HttpResponse:
    """Return the month's availability as CSV."""
    month = chosen_month(request)
    return downloads.csv_response(
        f"wifi-availability-{month:%Y-%m}.csv", HEAD, map(_cells, availability_of(actor_for(request), month))
    )


def chosen_month(request: HttpRequest) -> date:
    """Return the month in the query string, else the current one; 404 if the city has no Wi-Fi."""
    if config.network() is None:
        raise Http404
    return parse_month(request.GET.get("month")) or today().replace(day=1)


def months() -> list[date]:
    """List the months with availability, newest first."""
    return sorted({*Availability.objects.values_list("month", flat=True), today().replace(day=1)}, reverse=True)


def availability_of(actor: Actor, month: date) -> QuerySet[Availability]:
    """Return a month's rows, lowest availability first."""
    rows = Availability.objects.filter(monitored_by(actor, ""), month=month).select_related("area")
    return rows.order_by(F("down_seconds") * -1.0 / (F("open_seconds") + 1), "provider", "area_id")


def percent(line: Availability) -> float | None:
    """Return the availability in percent; None if sites were never open."""
    return 100 * (1 - line.down_seconds / line.open_seconds) if line.open_seconds else None


#: Help for officers, by the page of the desk.
DESK_HELP = {
    "wifi:desk-health": gettext_lazy(
        "What is down, since when, and the likely cause, with each month's availability by provider. A point "
        "without heartbeats may just have no visitors."
    ),
}


def register() -> None:
    """Register the navigation entry."""
    may = config.works_on_network(WATCH)
    item = NavItem(
        *("wifi:desk-health", gettext_lazy("Wi-Fi network"), "wifi", 48, "desk"),
        group=gettext_lazy("Agency"),
        visible=lambda request: config.network() is not None and may(request),
    )
    register_help(DESK_HELP)
    navigation.register("desk-wifi-health", item)


def _whole(lines: Sequence[Availability]) -> float | None:
    opened = sum(each.open_seconds for each in lines)
    return 100 * (1 - sum(each.down_seconds for each in lines) / opened) if opened else None


def _by_month(actor: Actor) -> list[tuple[date, float]]:
    """Return (month, availability in percent) in order, without months in which nothing was open."""
    rows = Availability.objects.filter(monitored_by(actor, "")).values("month").order_by("month")
    sums = rows.annotate(opened=Sum("open_seconds"), down=Sum("down_seconds")).filter(opened__gt=0)
    return [(each["month"], 100 * (1 - each["down"] / each["opened"])) for each in sums]


def _chart(course: Sequence[tuple[date, float]]) -> charts.Chart | None:
    """Plot availability by month."""
    zone = pack.current().timezone
    points = [(datetime.combine(month, datetime.min.time(), zone), share) for month, share in course]
    return charts.build_chart(
        [(_("available"), points)], (), lambda value: f"{formats.number(value)} %", lambda at: formats.month(at.date())
    )


def _cells(line: Availability) -> list[Any]:
    share = percent(line)
    return [
        f"{line.month:%Y-%m}",
        line.provider or _("not named"),
        line.area_id,
        line.area.name,
        line.points,
        round(line.open_seconds / 3600, 1),
        round(line.down_seconds / 3600, 1),
        "" if share is None else round(share, 2),
        line.outages,
    ]
