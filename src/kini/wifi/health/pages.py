"""The address that access points, or who watches them, ask every few minutes to say that they work."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.actors import system
from kini.core.client_address import client_address
from kini.wifi import actions, rules
from kini.wifi.models import AccessPoint


@never_cache
@require_safe
def alive(request: HttpRequest, mac: str) -> HttpResponse:
    """Note a heartbeat; believed when it comes from the access point's own address, as anybody could name its MAC."""
    try:
        found = AccessPoint.objects.filter(active=True, site__active=True, mac=rules.mac(mac)).first()
    except ValueError:
        found = None
    if found is None or found.nas_address is None or client_address(request) != str(found.nas_address):
        raise Http404
    actions.hear_beat(by=system("wifi heartbeat"), point=found)
    return HttpResponse("heard\n", content_type="text/plain; charset=utf-8")
