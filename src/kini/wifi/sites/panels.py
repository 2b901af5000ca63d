"""Panel on the page of the information service: link to the list of sites."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services.models import Service
from kini.wifi import config
from kini.wifi.inventory.site_cache import site_cache


def service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Render a button with the number of sites; None on the pages of other services."""
    network = config.network()
    if network is None or service.pk != network.find:
        return None
    return render_to_string("wifi/panel.html", {"count": len(site_cache().sites)}, request)
