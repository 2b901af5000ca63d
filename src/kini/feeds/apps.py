from django.apps import AppConfig


class Feeds(AppConfig):
    name = "kini.feeds"

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.feeds.declared import check_feeds

        pack_checks.register("feeds", check_feeds)
