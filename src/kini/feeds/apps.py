from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Feeds(AppConfig):
    name = "kini.feeds"
    verbose_name = _("Feeds")

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.city.spots import spot_sources
        from kini.core.held import early
        from kini.feeds import declared, home, queries, tables
        from kini.feeds.kind import Information
        from kini.feeds.panels import panel
        from kini.services.kinds import kinds
        from kini.services.start import start_panels
        from kini.web.home import HomeSection, home_sections

        tables.register()
        kinds.register(Information.id, Information())
        pack_checks.register("feeds", declared.check_feeds)
        spot_sources.register("feeds", queries.spots_of)
        early.register("feeds", declared.feeds)
        start_panels.register("feeds", panel)
        home_sections.register("feeds-now", HomeSection(order=5, render=home.section, place="aside"))
