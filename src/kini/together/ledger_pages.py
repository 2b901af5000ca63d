"""Pages of the public ledger: totals, the latest rows, the head of each day, and the file."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.city.public import city_tables
from kini.core.typed_values import parse_day
from kini.together import head_signatures, public_ledger
from kini.together.labels import MOVEMENTS
from kini.together.models import PublishedDay, PublishedMovement, SignedHead, VisitDraw
from kini.together.programmes import package_of, programmes
from kini.together.visits.pages import figures
from kini.web.page_cache import cache_for_anonymous

LATEST = 30


@require_safe
@cache_for_anonymous
def ledger(request: HttpRequest) -> HttpResponse:
    """Totals by programme, the latest movements, and the heads with which the file is checked."""
    sums = PublishedMovement.objects.values_list("programme", "movement").annotate(value=Sum("value")).order_by()
    values = {(programme, movement): value for programme, movement, value in sums}
    totals = [
        (programme.name, [values.get((key, movement), 0) for movement in ("pledged", "sent", "received")])
        for key, programme in programmes().items()
        if any(values.get((key, movement)) for movement in ("pledged", "sent", "received"))
    ]
    money = [
        (programme.name, [values.get((key, movement), 0) for movement in ("given", "spent", "costs")])
        for key, programme in programmes().items()
        if any(values.get((key, movement)) for movement in ("given", "spent", "costs"))
    ]
    context = {
        "totals": totals,
        "money": money,
        "visits": figures(),
        "draw": VisitDraw.objects.exclude(seed="").order_by("-day").first(),
        "rows": [_row(each) for each in PublishedMovement.objects.order_by("-number")[:LATEST]],
        "days": PublishedDay.objects.select_related("signed_head").order_by("-day")[:7],
    }
    return render(request, "together/ledger.html", context)


def _row(row: PublishedMovement) -> dict[str, Any]:
    package, area = package_of(row.programme, row.package), city_tables().areas.get(row.area)
    return {
        "row": row,
        "movement": MOVEMENTS[row.movement],
        "package": package.name if package else row.package,
        "money": public_ledger.is_money(row.movement),
        "area": area.name if area else row.area,
    }


@require_safe
def ledger_file(request: HttpRequest) -> StreamingHttpResponse:
    """The whole public ledger as CSV with HXL hashtags."""
    rows: Iterable[PublishedMovement] = PublishedMovement.objects.order_by("number").iterator()
    response = StreamingHttpResponse(public_ledger.csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="help-ledger.csv"'
    return response


def _signed(day: str) -> SignedHead:
    on = parse_day(day)
    signed = head_signatures.find_signed(on) if on else None
    if signed is None:
        raise Http404
    return signed


@require_safe
def head_statement(request: HttpRequest, day: str) -> HttpResponse:
    """The signed text of a day."""
    return HttpResponse(_signed(day).statement, content_type="text/plain; charset=utf-8")


@require_safe
def head_signature(request: HttpRequest, day: str) -> HttpResponse:
    """The signature of a day's text: CMS, detached, with its certificates."""
    return HttpResponse(bytes(_signed(day).signature), content_type="application/pkcs7-signature")
