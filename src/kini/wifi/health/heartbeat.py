"""Heartbeat URL, which access points or their monitoring request every few minutes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.actors import system
from kini.core.client_address import client_address
from kini.wifi import rules
from kini.wifi.health import actions
from kini.wifi.inventory.models import AccessPoint


@never_cache
@require_safe
def heartbeat(request: HttpRequest, mac: str) -> HttpResponse:
    """Store a heartbeat; it must come from the access point's own address, since anybody could send its MAC."""
    try:
        point = AccessPoint.objects.filter(active=True, site__active=True, mac=rules.normalize_mac(mac)).first()
    except ValueError:
        point = None
    if point is None or point.nas_address is None or client_address(request) != str(point.nas_address):
        raise Http404
    actions.record_heartbeat(by=system("wifi heartbeat"), point=point)
    return HttpResponse("heard\n", content_type="text/plain; charset=utf-8")
