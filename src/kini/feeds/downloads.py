"""Downloads of a feed's rows: CSV and GeoJSON, each with source, licence and age."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kini.feeds import filters, queries, value_formats
from kini.feeds.feed_view import feed_status_or_404
from kini.feeds.queries import FeedStatus, Figure
from kini.web import downloads

ABOUT = ("measured_at", "old", "level", "area", "latitude", "longitude", "source", "licence", "made_up")


@require_safe
def table(request: HttpRequest, name: str) -> HttpResponse:
    """Rows of the page as CSV."""
    status, figures = _figures(request, name)
    names = ["key", *status.feed.fields, *ABOUT]
    rows = (_properties(status, each) for each in figures)
    return downloads.csv_response(f"{name}.csv", names, ([row[each] for each in names] for row in rows))


@require_safe
def points(request: HttpRequest, name: str) -> HttpResponse:
    """Rows of the page as GeoJSON; without a position the geometry is null."""
    status, figures = _figures(request, name)
    features = []
    for each in figures:
        place = filters.position_of(each.record)
        geometry = {"type": "Point", "coordinates": [place[1], place[0]]} if place else None
        features.append({"type": "Feature", "geometry": geometry, "properties": _properties(status, each)})
    about = {"source": str(status.feed.source.name), "licence": str(status.feed.source.licence)}
    about |= {"made_up": status.state.made_up}  # type: ignore[dict-item]
    content = json.dumps({"type": "FeatureCollection", **about, "features": features}, ensure_ascii=False)
    return downloads.as_attachment(HttpResponse(content, content_type="application/geo+json"), f"{name}.geojson")


@require_safe
def history(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Time series of one row as CSV."""
    status = feed_status_or_404(name)
    record = queries.current_records(name).select_related("load").filter(key=key).first()
    if record is None:
        raise Http404
    fields = status.feed.fields
    rows = (
        [
            at.isoformat(),
            *(
                value_formats.download_value(form, values.get(each), suppressed=each in suppressed)
                for each, form in fields.items()
            ),
        ]
        for at, values, suppressed in queries.time_series(status.feed, status.state, record)
    )
    return downloads.csv_response(f"{name}-{key}.csv", ["measured_at", *fields], rows)


def _figures(request: HttpRequest, name: str) -> tuple[FeedStatus, list[Figure]]:
    status = feed_status_or_404(name)
    if status.feed.source.format == "gtfs":
        raise Http404
    choice = filters.parse_row_filter(status.feed, request.GET)
    return status, filters.matching_figures(name, status.feed, status.state, choice)


def _properties(status: FeedStatus, figure: Figure) -> dict[str, Any]:
    record, source = figure.record, status.feed.source
    values = {
        each: value_formats.download_value(form, record.values.get(each), suppressed=each in figure.suppressed)
        for each, form in status.feed.fields.items()
    }
    return values | {
        "key": record.key,
        "measured_at": figure.at.isoformat() if figure.at else None,
        "old": figure.old,
        "level": figure.level_id or None,
        "area": record.area_id,
        "latitude": record.latitude,
        "longitude": record.longitude,
        "source": str(source.name),
        "licence": str(source.licence),
        "made_up": status.state.made_up,
    }
