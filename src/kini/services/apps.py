from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "kini.services"
    label = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.city.checks import pack_checks
        from kini.core.held import early
        from kini.services import api, catalogue, home, loader, queries, tables
        from kini.services.fields import registered
        from kini.web.home import HomeSection, home_sections
        from kini.web.navigation import NavItem, navigation

        registered.register()
        tables.register()
        parts.register("services", Part("Services", api.router))
        pack_checks.register("services", loader.check)
        early.register("catalogue", catalogue.current)
        early.register("services", queries.offered)
        words, icon = _("Services"), "services"
        navigation.register("services", NavItem("services:catalogue", words, icon, order=20))
        navigation.register("services-bottom", NavItem("services:catalogue", words, icon, order=20, place="bottom"))
        navigation.register(
            "services-search", NavItem("services:search", _("Find a service"), "search", place="search")
        )
        home_sections.register("services-greeting", HomeSection(order=10, render=home.greeting, place="hero"))
        home_sections.register("services-quick", HomeSection(order=10, render=home.quick, place="quick"))
        home_sections.register("services-popular", HomeSection(order=20, render=home.popular))
        home_sections.register("services-categories", HomeSection(order=30, render=home.categories))
        home_sections.register("services-events", HomeSection(order=20, render=home.events, place="aside"))
