"""Fixtures of payments for demo and robot: bills that match the example answers."""

from datetime import timedelta
from typing import Any

from kini.cases.models import Case, Draft
from kini.payments import actions
from kini.payments.kind import BY, PaymentKind
from kini.payments.tariffs import BillRow, normalise_number
from kini.services.public import KindFixtures, ServiceSnapshot, examples
from kini.web import formats


class PaymentFixtures(KindFixtures[Case, Draft]):
    """Create bills."""

    def prepare_application(self, snapshot: ServiceSnapshot, number: int) -> None:
        """Create a made-up bill for the number, proof and period of the example answers."""
        options = PaymentKind().options(snapshot.definition)
        if not options.object:
            return
        values: dict[str, Any] = {}
        for page in snapshot.pages:
            values |= examples.example_form(page.fields, number)[0]
        thing, proof, period = (
            str(values.get(name or "") or "") for name in (options.object, options.proof, options.period)
        )
        day = formats.today()
        row = BillRow(
            normalise_number(thing),
            period or str(day.year),
            100_000 + number,
            day + timedelta(days=10),
            normalise_number(proof),
        )
        actions.load_bills(by=BY, register=options.register_, rows=[row], made_up=True)
