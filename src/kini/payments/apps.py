from django.apps import AppConfig


class Payments(AppConfig):
    name = "kini.payments"

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.city.checks import pack_checks
        from kini.payments import api
        from kini.payments.kind import PaymentKind
        from kini.payments.providers.base import adapters
        from kini.payments.providers.snap import Snap
        from kini.payments.registers import check_bills
        from kini.services.kinds import kinds

        adapters.register("snap", Snap)
        parts.register("payments", Part("Paying", api.router))
        kinds.register(PaymentKind.id, PaymentKind())
        pack_checks.register("bills", check_bills)
