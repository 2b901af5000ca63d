from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Wifi(AppConfig):
    name = "kini.wifi"
    label = "wifi"
    verbose_name = _("Public Wi-Fi")

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.wifi import tables
        from kini.wifi.declared import check_wifi

        tables.register()
        pack_checks.register("wifi", check_wifi)
