from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kini.people"
    label = "people"

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.people.roles import check_roles
        from kini.web.navigation import NavItem, navigation

        pack_checks.register("people.roles", check_roles)
        navigation.register("people-bottom", NavItem("people:me", _("Me"), "person", order=50, place="bottom"))
        for order, (url, label, icon) in enumerate(
            (
                ("people:me", _("Me"), "person"),
                ("people:profile", _("Profile"), "id-card"),
                ("people:family", _("Family"), "people"),
                ("people:access-log", _("Who looked at my data"), "eye"),
            )
        ):
            navigation.register(url, NavItem(url, label, icon, order=order, place="account"))
