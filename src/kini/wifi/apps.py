from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Wifi(AppConfig):
    name = "kini.wifi"
    label = "wifi"
    verbose_name = _("Public Wi-Fi")
    url_order = 10  # early: the portal has the highest peaks

    def ready(self) -> None:
        from kini.analytics import datasets
        from kini.api.operations import ApiModule, api_modules
        from kini.city.public import pack_checks
        from kini.core import backup, preparation
        from kini.core.database import key_rotation
        from kini.messages.public import message_types
        from kini.people.public import register_permissions
        from kini.services.public import services_on_other_pages, start_panels
        from kini.web.home import HomeSection, home_sections
        from kini.web.navigation import NavItem, navigation
        from kini.wifi import actions, admin, first_look, jobs, personal_data, retention  # noqa: F401 -- jobs register themselves
        from kini.wifi.config import has_portal, linked_services
        from kini.wifi.devices import blocklist_desk
        from kini.wifi.health import desk as health
        from kini.wifi.health.alerts import DOWN
        from kini.wifi.pack_check import check_wifi
        from kini.wifi.permissions import WifiPermission
        from kini.wifi.planning import desk as planning
        from kini.wifi.sites import api, panels
        from kini.wifi.usage import storage
        from kini.wifi.vouchers import desk as vouchers

        register_permissions(WifiPermission)
        for dataset in (storage.SESSIONS, storage.COUNTS):
            datasets.register(dataset)
        backup.folders.register("wifi/sketches", "wifi/sketches")  # usage/rollup.py
        admin.register()
        retention.register()
        personal_data.register()
        message_types.register(DOWN.id, DOWN)
        vouchers.register()
        planning.register()
        blocklist_desk.register()
        health.register()
        pack_checks.register("wifi", check_wifi)
        grant = partial(actions.grant_radius_access, make=False)
        preparation.owner_steps.register("wifi", preparation.action_step(grant))
        preparation.steps.register("wifi", preparation.action_step(actions.load_policies))
        key_rotation.register_action("access points", actions.rotate_keys)
        preparation.demo_steps.register("wifi", preparation.action_step(actions.create_demo_points))
        first_look.register()
        api_modules.register("wifi", ApiModule("Free Wi-Fi", api.router))
        services_on_other_pages.register("wifi", linked_services)
        start_panels.register("wifi", panels.service_panel)
        home_sections.register("wifi", HomeSection(order=15, render=panels.home_section, place="aside"))
        note = _("Devices, sessions, and what you used today")
        item = NavItem("wifi:mine", _("My Wi-Fi"), "wifi", 17, "account", note=note, visible=has_portal)
        navigation.register("wifi-mine", item)
