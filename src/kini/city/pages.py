"""Public endpoints for the location script, which store nothing, and the context processor of the city."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.city import geocoding, pack, queries
from kini.city.maps.base import base_map
from kini.city.pack import City


def city_context(request: HttpRequest) -> dict[str, City]:
    """Context processor: the city as `city`."""
    return {"city": pack.current()}


@never_cache
@require_POST
def describe_point(request: HttpRequest) -> HttpResponse:
    """Describe a point (`lat`, `lon`): {"area", "words"}, with an empty area outside the city.

    POST, so that no access log contains the position.
    """
    try:
        latitude, longitude = float(request.POST.get("lat", "")), float(request.POST.get("lon", ""))
    except ValueError:
        return JsonResponse({"area": "", "words": geocoding.outside_city_text()}, status=400)
    area = queries.locate(latitude, longitude)
    if area is None:
        return JsonResponse({"area": "", "words": geocoding.outside_city_text()})
    words = geocoding.describe_location(area, queries.landmark(latitude, longitude))
    return JsonResponse({"area": area.code, "words": words})


@require_safe
def map_document(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """SVG document of the base map; cached for a year under the address of its version."""
    base = base_map()
    if base is None or name not in base.documents:
        raise Http404
    response = HttpResponse(base.documents[name], content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=31_536_000 if version == base.version else 300)
    return response
