"""Permissions of officers on the city's Wi-Fi."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class WifiPermission(Permission):
    MANAGE_VOUCHERS = "manage-vouchers", _("hand out Wi-Fi codes")
    PLAN_WIFI = "plan-wifi", _("plan new Wi-Fi points")
    BLOCK_WIFI = "block-wifi", _("block people from the Wi-Fi")
    WATCH_NETWORK = "watch-network", _("monitor the city's Wi-Fi")
