"""Captive portal API (RFC 8908), at the URL that DHCP announces (RFC 8910).

The URL names the site; the network's DHCP server adds each device's MAC as `mac`. Without it, or from another network,
the response is 404, and the device probes for a portal as usual.
"""

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.crypto import permanent_hash
from kini.wifi import config, rules
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.portal import visit
from kini.wifi.radius import queries
from kini.wifi.radius.authorization import DEVICE

TYPE = "application/captive+json"


@never_cache
@require_safe
def captive_state(request: HttpRequest, code: str) -> JsonResponse:
    """Return the captive state of the device, the portal's URL, and the time and volume that are left."""
    point = AccessPoint.objects.select_related("site").filter(active=True, site__active=True, site__code=code).first()
    device = rules.leading_mac(request.GET.get("mac", ""))
    if point is None or not device or not config.has_portal():
        raise Http404
    if not visit.is_on_site(request, point):
        raise Http404
    return JsonResponse(_state(request, device, point), content_type=TYPE)


def _state(request: HttpRequest, device: str, point: AccessPoint) -> dict[str, Any]:
    answer, portal_visit = queries.simulate_decision(device, point), visit.visit_of_device(device, point)
    query = f"?a={quote(portal_visit.token)}" if portal_visit else ""
    state = {
        "captive": answer["Auth-Type"] != "Accept",
        "user-portal-url": request.build_absolute_uri(reverse("wifi:portal") + query),
        "venue-info-url": request.build_absolute_uri(reverse("wifi:site", args=[point.site.code])),
    }
    if state["captive"]:
        return state
    seconds, known = answer.get("Session-Timeout"), queries.known_device(permanent_hash(device, DEVICE))
    octets = queries.octets_left(known) if known else None
    return state | {
        **({"seconds-remaining": int(seconds)} if seconds else {}),
        **({"bytes-remaining": octets} if octets is not None else {}),
        # Signing in again extends the device's own term, not opening hours or the daily limit.
        "can-extend-session": bool(known and seconds and queries.ends_with_device(known, int(seconds))),
    }
