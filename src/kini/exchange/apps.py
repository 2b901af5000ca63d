from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "kini.exchange"
    verbose_name = _("Exchange with other systems")

    def ready(self) -> None:
        from kini.exchange import jobs, retention

        assert jobs
        retention.register()
