from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "kini.exchange"
    verbose_name = _("Exchange with other systems")

    def ready(self) -> None:
        from kini.core.health import HealthCheck, health_checks
        from kini.exchange import jobs, outbox, retention

        assert jobs
        retention.register()
        health_checks.register("exchange", HealthCheck(outbox.dead_letter_problem))
