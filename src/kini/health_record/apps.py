from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthRecordConfig(AppConfig):
    name = "kini.health_record"
    label = "health_record"
    verbose_name = _("Health record")

    def ready(self) -> None:
        from kini.health_record.registration import register

        register()
