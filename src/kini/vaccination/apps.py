from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaccinationConfig(AppConfig):
    name = "kini.vaccination"
    verbose_name = _("Vaccination")

    def ready(self) -> None:
        from kini.vaccination.registration import register

        register()
