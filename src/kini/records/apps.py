from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "kini.records"
    label = "records"
    verbose_name = _("Facilities and teams")

    def ready(self) -> None:
        from kini.records import jobs, registration  # noqa: F401 -- jobs register themselves

        registration.register()
