from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EpidemicConfig(AppConfig):
    name = "kini.epidemic"
    verbose_name = _("Epidemic")

    def ready(self) -> None:
        from kini.epidemic.registration import register

        register()
