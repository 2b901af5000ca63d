from django.apps import AppConfig


class Feeds(AppConfig):
    name = "kini.feeds"

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.feeds.declared import check_feeds
        from kini.feeds.kind import Information
        from kini.feeds.panels import panel
        from kini.services.kinds import kinds
        from kini.services.start import start_panels

        kinds.register(Information.id, Information())
        pack_checks.register("feeds", check_feeds)
        start_panels.register("feeds", panel)
