from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "kini.services"
    label = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from kini.services import registration

        registration.register()
