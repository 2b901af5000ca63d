from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TogetherConfig(AppConfig):
    name = "kini.together"
    verbose_name = _("Mutual help")

    def ready(self) -> None:
        from kini.together.registration import register

        register()
