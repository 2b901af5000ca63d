"""Panels on other pages: a link on the information service, and the nearest sites on the home page."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.people.public import nearby
from kini.services.models import Service
from kini.wifi import config
from kini.wifi.inventory.site_cache import site_cache

ON_HOME = 2


def service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Render a button with the number of sites; None on the pages of other services."""
    network = config.network()
    if network is None or service.pk != network.find:
        return None
    return render_to_string("wifi/panel.html", {"count": len(site_cache().sites)}, request)


def home_section(request: HttpRequest) -> SafeString | None:
    """Render the nearest sites; None if the city has none, or the visitor's area is unknown."""
    if config.network() is None or not site_cache().sites or not (area := nearby.area_of(request)):
        return None
    nearest = site_cache().nearest((area.latitude, area.longitude), ON_HOME)
    made_up = any(site.made_up for site, _metres in nearest)
    return render_to_string("wifi/home.html", {"found": nearest, "made_up": made_up}, request)
