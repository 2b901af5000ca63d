"""Public endpoints for the location script; nothing is stored."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.city import area_maps, queries, wording


@never_cache
@require_POST
def describe_point(request: HttpRequest) -> HttpResponse:
    """Describe a point (`lat`, `lon`): {"area", "words"}, with an empty area outside the city.

    POST, so that no access log contains the position.
    """
    try:
        latitude, longitude = float(request.POST.get("lat", "")), float(request.POST.get("lon", ""))
    except ValueError:
        return JsonResponse({"area": "", "words": wording.outside_city_text()}, status=400)
    area = queries.locate(latitude, longitude)
    if area is None:
        return JsonResponse({"area": "", "words": wording.outside_city_text()})
    words = wording.describe_location(area, queries.landmark(latitude, longitude))
    return JsonResponse({"area": area.code, "words": words})


@require_safe
def area_map(request: HttpRequest, code: str) -> HttpResponse:
    """GeoJSON of an area's children; cached for a year under the URL with its version."""
    try:
        response = HttpResponse(area_maps.area_geojson(code), content_type="application/geo+json")
    except area_maps.NoSuchMap:
        raise Http404 from None
    asked = request.META.get("QUERY_STRING") == area_maps.map_version()
    patch_cache_control(response, public=True, max_age=31_536_000 if asked else 300)
    return response
