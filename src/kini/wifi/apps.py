from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Wifi(AppConfig):
    name = "kini.wifi"
    label = "wifi"
    verbose_name = _("Public Wi-Fi")

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.city.checks import pack_checks
        from kini.messages.sorts import sorts
        from kini.services.start import shown_elsewhere, start_panels
        from kini.web.home import HomeSection, home_sections
        from kini.web.navigation import NavItem, navigation
        from kini.wifi import api, blocks, desk, home, jobs, personal_data, retention, tables  # noqa: F401 -- jobs register themselves
        from kini.wifi.declared import check_wifi, has_portal, shown_services
        from kini.wifi.health import desk as health
        from kini.wifi.health.notices import DOWN
        from kini.wifi.panels import panel
        from kini.wifi.where import desk as where

        tables.register()
        retention.register()
        personal_data.register()
        sorts.register(DOWN.id, DOWN)
        desk.register()
        where.register()
        blocks.register()
        health.register()
        pack_checks.register("wifi", check_wifi)
        parts.register("wifi", Part("Free Wi-Fi", api.router))
        shown_elsewhere.register("wifi", shown_services)
        start_panels.register("wifi", panel)
        home_sections.register("wifi", HomeSection(order=15, render=home.section, place="aside"))
        note = _("Devices, sessions, and what you used today")
        item = NavItem("wifi:mine", _("My Wi-Fi"), "wifi", 17, "account", note=note, visible=has_portal)
        navigation.register("wifi-mine", item)
