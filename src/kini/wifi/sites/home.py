"""Section of the home page: the free Wi-Fi nearest to the centre of the visitor's area."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.people.nearby import area_of
from kini.wifi import config
from kini.wifi.inventory.site_cache import site_cache

ON_HOME = 2


def home_section(request: HttpRequest) -> SafeString | None:
    """Render the nearest sites; None if the city has none, or the visitor's area is unknown."""
    if config.network() is None or not site_cache().sites or not (area := area_of(request)):
        return None
    found = site_cache().nearest((area.latitude, area.longitude), ON_HOME)
    made_up = any(site.made_up for site, _metres in found)
    return render_to_string("wifi/home.html", {"found": found, "made_up": made_up}, request)
