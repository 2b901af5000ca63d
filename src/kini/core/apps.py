from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "kini.core"
    verbose_name = _("Records")

    def ready(self) -> None:
        from kini.core import chain, delivery, health, retention_rules
        from kini.core.chain.registry import Chain

        columns = ("id", "at", "actor_kind", "actor_id", "actor_name", "action", "subject", "detail")
        chain.chains.register("audit", Chain("core_auditentry", columns, at="at", keep_days=365))
        columns = ("id", "chain", "subject", "rule", "at", "rows", "digest", "seal")
        chain.chains.register("removals", Chain("core_chainremoval", columns))
        retention_rules.register()
        health.register()
        health.health_checks.register("sign-in", health.HealthCheck(delivery.sign_in_problem))
