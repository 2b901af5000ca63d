"""Public pages: open needs on a map and in a list, the least helped first; and one need."""

from collections import defaultdict
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.city import queries as city_queries
from kini.city.public import AreaClass, CityMap, area_map
from kini.together import queries
from kini.together.labels import KIND_LABELS, NEED_STATES
from kini.together.models import DeliveryPhoto, Need
from kini.together.programmes import programme_of, programmes
from kini.together.queries import OpenNeed
from kini.web.page_cache import cache_for_anonymous

ON_PAGE = 12
#: Upper edges of the shares of help that an area has, in per cent; the least helped has the strongest colour.
_SHARES = ((25, "bad"), (50, "warn"), (100, "watch"), (101, "calm"))


@require_safe
@cache_for_anonymous
def needs(request: HttpRequest) -> HttpResponse:
    """Open needs: share that is helped, before any button."""
    if not (known := programmes()):
        raise Http404
    programme, kind = request.GET.get("programme", ""), request.GET.get("kind", "")
    typed = request.GET.get("area", "").strip()[:80]
    area = city_queries.area_by_name(typed) if typed else None
    offered = queries.offered_needs(
        programme if programme in known else "", kind if kind in KIND_LABELS else "", area.path if area else ""
    )
    page = Paginator(offered, ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(each) for each in page.object_list],
        "count": len(offered),
        "programmes": [(key, each.name) for key, each in known.items()],
        "programme": programme,
        "kinds": [(key, label) for key, label in KIND_LABELS.items() if key != "household"],
        "kind": kind,
        "typed": typed,
        "area": area,
        "unknown": typed if typed and area is None else "",
        "map": _map(offered, area.code if area else ""),
    }
    return render(request, "together/needs.html", context)


def _row(each: OpenNeed) -> dict[str, Any]:
    return {
        "need": each.need,
        "place": each.need.beneficiary,
        "kind": KIND_LABELS[each.need.beneficiary.kind],
        "programme": programmes()[each.need.programme].name if each.need.programme in programmes() else "",
        "percent": each.percent,
        "packages": each.packages,
    }


def _map(offered: list[OpenNeed], within: str) -> CityMap | None:
    """Smallest areas by the share of their open needs that is pledged or received."""
    needed, covered = defaultdict[str, int](int), defaultdict[str, int](int)
    for each in offered:
        code = each.need.beneficiary.area_id
        needed[code] += each.summary.needed
        covered[code] += each.summary.covered
    shares = {code: 100 * covered[code] // needed[code] for code in needed}
    labels = (_("below 25 % helped"), _("25 to 49 % helped"), _("50 to 99 % helped"), _("all pledged or received"))
    classes = [AreaClass(label, tone) for label, (_edge, tone) in zip(labels, _SHARES, strict=True)]
    class_of = {
        code: next(index for index, (edge, _tone) in enumerate(_SHARES) if share < edge)
        for code, share in shares.items()
    }
    texts = {code: _("%(share)d %% helped") % {"share": share} for code, share in shares.items()}
    return area_map(_("Share of open needs that is helped"), classes, class_of, texts=texts, within=within)


@require_safe
@cache_for_anonymous
def need(request: HttpRequest, reference: str) -> HttpResponse:
    """One need: what is in the packages, how much is left, and the buttons after it."""
    row = get_object_or_404(Need.objects.select_related("beneficiary__area"), reference=reference)
    if not queries.is_public(row) or row.programme not in programmes():
        raise Http404
    shown = queries.summarized(row)
    context = _row(shown) | {
        "state": NEED_STATES[row.state],
        "about": programme_of(row.programme),
        "photos": DeliveryPhoto.objects.filter(delivery__pledge__line__need=row, released_at__isnull=False)[:6],
        "others": [_row(each) for each in _others(row)] if shown.percent == 100 else [],  # noqa: PLR2004 -- per cent
    }
    return render(request, "together/need.html", context)


def _others(row: Need) -> list[OpenNeed]:
    """Needs of the same programme nearby that are less helped."""
    parent = row.beneficiary.area.path.rpartition("/")[0]
    near = queries.offered_needs(row.programme, area=parent) or queries.offered_needs(row.programme)
    return [each for each in near if each.need.pk != row.pk and each.summary.share < 1][:3]
