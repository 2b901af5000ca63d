from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedsConfig(AppConfig):
    name = "kini.feeds"
    verbose_name = _("Feeds")

    def ready(self) -> None:
        from kini.feeds import admin, registration

        registration.register()
        admin.register()
