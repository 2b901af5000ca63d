"""Pages of a timetable: stops by name or position, departures, journeys."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.city import queries as city
from kini.city.public import geocoding, point_map
from kini.city.public import geocoding as places
from kini.core import current_time
from kini.core.geometry import Point
from kini.feeds.feed_view import feed_context, feed_status_or_404
from kini.feeds.models import Stop, Timetable
from kini.feeds.queries import FeedStatus
from kini.feeds.transit import journeys as ways
from kini.feeds.transit import queries
from kini.feeds.transit.journeys import Journey, Leg
from kini.web import downloads, formats

MOST_STOPS = 12
LONGEST = 80


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop of a list."""

    number: int
    stop: Stop
    url: str
    lines: list[str]
    metres: float | None


@dataclass(frozen=True, slots=True)
class LegLine:
    """A ride of the list."""

    leg: Leg
    start: str
    end: str
    leaves: str
    arrives: str
    minutes: int


@dataclass(frozen=True, slots=True)
class End:
    """One end of a journey: the typed text, the stop it means, or the candidates."""

    typed: str
    stop: Stop | None
    options: list[Stop]


def timetable(request: HttpRequest, status: FeedStatus) -> HttpResponse:
    """Start page: journey form, stops by name, stops near me, all lines."""
    edition = queries.current_timetable(status.name)
    words = _typed(request, "q")
    point = geocoding.parse_point(request.POST) if request.method == "POST" else None
    near, problem = _near(request, point)
    stops: list[tuple[Stop, float | None]] = []
    if edition and near:
        stops = [(each, metres) for each, metres in queries.nearest_stops(edition, near, MOST_STOPS)]
    elif edition and words:
        stops = [(each, None) for each in queries.stops_by_name(edition, words, MOST_STOPS)]
    lines = _stops(status.name, edition, stops) if edition else []
    numbered = [(each.number, (each.stop.latitude, each.stop.longitude), "") for each in lines]
    context = feed_context(status) | {
        "edition": edition,
        "words": words,
        "near_text": _typed(request, "near"),
        "asked": bool(words or near),
        "near": near,
        "exact": bool(point),
        "lines": lines,
        "map": point_map(numbered, [], near),
        "routes": queries.routes(edition) if edition and not (words or near) else [],
        "errors": [("near", problem)] if problem else [],
        "problem": problem,
    }
    return render(request, "feeds/timetable.html", context, status=422 if problem else 200)


@never_cache
@require_safe
def stop(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """Next departures of a stop."""
    status, edition = _edition(name)
    current = queries.stop(edition, code)
    if current is None:
        raise Http404
    if current.code != code:
        return redirect("feeds:stop", name, current.code)
    now = current_time.now()
    context = feed_context(status) | {
        "stop": current,
        "departures": queries.departures(edition, current.number, now),
        "now": formats.clock(now),
        "map": point_map([(1, (current.latitude, current.longitude), "")], [], None),
        "street": f"https://www.openstreetmap.org/?mlat={current.latitude}&mlon={current.longitude}#map=18/{current.latitude}/{current.longitude}",
    }
    return render(request, "feeds/stop.html", context)


@never_cache
@require_safe
def journey(request: HttpRequest, name: str) -> HttpResponse:
    """Journeys from one stop to another, with at most one change."""
    status, edition = _edition(name)
    start, end = _journey_end(edition, _typed(request, "from")), _journey_end(edition, _typed(request, "to"))
    errors = [
        (field, _("No stop has this name. Enter part of its name."))
        for field, each in (("from", start), ("to", end))
        if each.typed and not each.stop and not each.options
    ]
    shown = []
    if start.stop and end.stop and start.stop != end.stop:
        candidates = ways.journeys(edition, start.stop.number, end.stop.number, current_time.now())
        shown = [_journey_context(edition, each) for each in candidates]
    context = feed_context(status) | {
        "start": start,
        "end": end,
        "both": bool(start.stop and end.stop),
        "journeys": shown,
        "now": formats.clock(current_time.now()),
        "errors": errors,
        "problems": dict(errors),
    }
    return render(request, "feeds/journey.html", context, status=422 if errors else 200)


@require_safe
def stops_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Served stops as CSV."""
    status, edition = _edition(name)
    head = ["code", "name", "latitude", "longitude", "source", "licence", "read_at"]
    source, read = status.feed.source, status.measured_at.isoformat() if status.measured_at else ""
    about = str(source.name), str(source.licence), read
    rows = ([each.code, each.name, each.latitude, each.longitude, *about] for each in _served(edition))
    return downloads.csv_response(f"{name}-stops.csv", head, rows)


@require_safe
def stops_geojson(request: HttpRequest, name: str) -> HttpResponse:
    """Served stops as GeoJSON."""
    status, edition = _edition(name)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [each.longitude, each.latitude]},
            "properties": {"code": each.code, "name": each.name},
        }
        for each in _served(edition)
    ]
    collection = {
        "type": "FeatureCollection",
        "source": str(status.feed.source.name),
        "licence": str(status.feed.source.licence),
        "made_up": status.state.made_up,
        "features": features,
    }
    response = HttpResponse(json.dumps(collection, ensure_ascii=False), content_type="application/geo+json")
    response["Content-Disposition"] = f'attachment; filename="{name}-stops.geojson"'
    return response


def _served(edition: Timetable) -> list[Stop]:
    return list(Stop.objects.filter(timetable=edition, served=True).order_by("name", "code"))


def _edition(name: str) -> tuple[FeedStatus, Timetable]:
    status, edition = feed_status_or_404(name), queries.current_timetable(name)
    if status.feed.source.format != "gtfs" or edition is None:
        raise Http404
    return status, edition


def _typed(request: HttpRequest, name: str) -> str:
    return "".join(c for c in request.GET.get(name, "") if c.isprintable())[:LONGEST].strip()


def _near(request: HttpRequest, point: Point | None) -> tuple[Point | None, str]:
    """Visitor's position or the named place, or an error message."""
    if point:
        return (point, "") if city.locate(*point) else (None, places.outside_city_text())
    text = _typed(request, "near")
    return geocoding.geocode(text) if text else (None, "")


def _journey_end(edition: Timetable, typed: str) -> End:
    if not typed:
        return End(typed, None, [])
    if exact := queries.stop(edition, typed):
        return End(typed, exact, [])
    options = queries.stops_by_name(edition, typed)
    same = [each for each in options if each.name.casefold() == typed.casefold()]
    return End(typed, same[0], []) if same else End(typed, options[0] if len(options) == 1 else None, options)


def _stops(name: str, edition: Timetable, stops: list[tuple[Stop, float | None]]) -> list[StopLine]:
    lines = queries.lines_at(edition, [each.number for each, _metres in stops])
    return [
        StopLine(n, each, reverse("feeds:stop", args=[name, each.code]), lines.get(each.number, []), metres)
        for n, (each, metres) in enumerate(stops, 1)
    ]


def _journey_context(edition: Timetable, way: Journey) -> dict[str, Any]:
    day, _second = queries.service_day(current_time.now())
    net = queries.network(edition.pk)
    legs = [
        LegLine(
            leg,
            net.stops[leg.start].name,
            net.stops[leg.end].name,
            formats.clock(queries.moment_of_second(day, leg.leaves)),
            formats.clock(queries.moment_of_second(day, leg.arrives)),
            round(leg.every / 60),
        )
        for leg in way.legs
    ]
    took = way.arrives - way.legs[0].leaves
    walks = [metres if metres > 30 else 0 for metres in way.walks]
    return {
        "legs": list(zip(walks, legs, strict=False)),
        "last_walk": walks[-1],
        "took": formats.duration(took),
        "arrives": formats.clock(queries.moment_of_second(day, way.arrives)),
        "fare": way.fare,
    }
