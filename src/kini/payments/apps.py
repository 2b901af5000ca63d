from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "kini.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from kini.payments import admin, personal_data, registration

        registration.register()
        admin.register()
        personal_data.register()
