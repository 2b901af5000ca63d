"""Read-only admin pages for operators; secrets are never shown."""

from django.utils.translation import gettext_lazy as _

from kini.operator.public import ReadOnlyAdmin, site
from kini.wifi.models import AccessPoint, Site


class SiteAdmin(ReadOnlyAdmin):
    labels = _("Wi-Fi site"), _("Wi-Fi sites")
    list_display = ("code", "name", "kind", "provider", "origin", "made_up", "active")
    search_fields = ("code__exact",)
    search_help_text = _("Code of a site")
    detail_fields = (*list_display, "scheme", "area_id", "latitude", "longitude", "address")


class AccessPointAdmin(ReadOnlyAdmin):
    labels = _("access point"), _("access points")
    list_display = ("mac", "nas_identifier", "vendor", "capacity", "active")
    search_fields = ("mac__exact", "nas_identifier__exact")
    search_help_text = _("MAC address or NAS identifier")
    detail_fields = (*list_display, "called_station_id", "site_id")


def register() -> None:
    """Register the admin classes."""
    site.register(Site, SiteAdmin)
    site.register(AccessPoint, AccessPointAdmin)
