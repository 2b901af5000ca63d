"""Panel on the page of the information service: link to the list of sites."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services.models import Service
from kini.wifi import declared
from kini.wifi.holding import held


def panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Render a button with the number of sites; None on the pages of other services."""
    network = declared.network()
    if network is None or service.pk != network.find:
        return None
    return render_to_string("wifi/panel.html", {"count": len(held().sites)}, request)
