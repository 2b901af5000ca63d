"""The kind `payment`: look up a bill, pay it online, and settle the case automatically."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.cases import answers
from kini.cases.models import Case
from kini.core.actors import Refused, system
from kini.payments import actions, queries
from kini.payments.models import Bill
from kini.payments.providers.configured import methods
from kini.payments.registers import Row, compact
from kini.services.examples import example_form
from kini.services.fields.base import Strict
from kini.services.kinds import Kind, OnReceipt
from kini.services.schema import Definition, Id, Name
from kini.services.versions import Resolved, resolve
from kini.web import formats

BY = system("payments")


class PaymentOptions(Strict):
    """Options of a payment service (`payment:` in its file).

    Attributes:
        register: the register of the bills (bills/NAME.yaml).
        object: question for the number of the object; without it an officer's step creates the bill.
        proof: question whose answer must match the register, so that nobody reads others' bills.
        period: question for the period; without it the oldest open bill is used.
        amount: input of the officer's step that sets the charge, if there is no bill to look up.
    """

    register_: Id = Field(alias="register")
    object: Name | None = None
    proof: Name | None = None
    period: Name | None = None
    amount: Name | None = None


class PaymentKind(Kind):
    """A bill and its payment."""

    id = "payment"
    label = gettext_lazy("Payment")
    verb = gettext_lazy("See the bill")
    for_somebody = False
    Options: ClassVar[type[Strict]] = PaymentOptions

    def check(self, definition: Definition) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Also check that either a question or a step supplies the bill."""
        faults = list(super().check(definition))
        yield from faults
        if not faults and bool((options := self.options(definition)).object) == bool(options.amount):
            yield (self.id,), 'say either "object" (the question with the number) or "amount" (the input of a step)'

    def preview(self, resolved: Resolved, given: dict[str, Any], draft: Any) -> tuple[str, dict[str, Any]] | None:
        """Preview of the bill.

        Raises:
            Refused: if there is none; the message is the same for a wrong number and a wrong proof.
        """
        bill = self.find(resolved, given)
        return ("payments/preview.html", {"owed": queries.owed(bill)}) if bill else None

    def find(self, resolved: Resolved, given: dict[str, Any]) -> Bill | None:
        """Bill that the answers identify; None if an officer's step creates it later.

        Raises:
            Refused: if there is no such open bill.
        """
        options = self.options(resolved.definition)
        if not options.object:
            return None
        bill = queries.open_bill(
            options.register_,
            str(given.get(options.object, "")),
            str(given.get(options.proof, "")) if options.proof else "",
            str(given.get(options.period, "")) if options.period else "",
        )
        if bill is None:
            sentence = _(
                "No open bill was found for these numbers. Compare them with your documents; it may be paid already."
            )
            raise Refused(sentence)
        return bill

    def opened(self, case: Case) -> Case:
        """Link the case to its bill."""
        if bill := self.find(resolve(case.version), answers.of_case(case)):
            actions.attach_bill(by=BY, case=case, bill=bill)
        return case

    def rehearse(self, resolved: Resolved, number: int) -> None:
        """Create a made-up bill for the number, proof and period of the example answers."""
        options = self.options(resolved.definition)
        if not options.object:
            return
        values: dict[str, Any] = {}
        for page in resolved.pages:
            values |= example_form(page.fields, number)[0]
        thing, proof, period = (str(values.get(name) or "") for name in (options.object, options.proof, options.period))
        day = formats.today()
        row = Row(compact(thing), period or str(day.year), 100_000 + number, day + timedelta(days=10), compact(proof))
        actions.load_bills(by=BY, register=options.register_, rows=[row], made_up=True)

    def before_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Allow settling only with a paid bill, and the refund move only without one."""
        paid = (bill := queries.bill_of(case)) and queries.paid(bill)
        if move == actions.SETTLE and not paid:
            raise Refused(_("This bill has not been paid yet."))
        if move == actions.GIVEN_BACK and paid:
            raise Refused(_("This bill is already paid."))

    def moved(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Create the bill for the charge set by the step."""
        options = self.options(resolve(case.version).definition)
        if options.amount and options.amount in given:
            actions.charge(by=BY, case=case, register=options.register_, amount=int(given[options.amount]))

    def panel(self, case: Case) -> tuple[str, dict[str, Any]] | None:
        """Amount due and link to pay; after payment the receipt."""
        bill = queries.bill_of(case)
        if bill is None:
            return None
        payment = queries.paid(bill)
        context = {"case": case, "owed": queries.owed(bill), "payment": payment, "methods": methods()}
        open_ = payment is None and case.closed_at is None
        refund = None if payment or open_ else queries.given_back(case)
        anew = bool(self.options(resolve(case.version).definition).object)
        return "payments/panel.html", context | {"open": open_, "refund": refund, "anew": anew}

    def on_receipt(self, case: Case) -> OnReceipt | None:
        """Paid amount, and the receipt code."""
        bill = queries.bill_of(case)
        payment = queries.paid(bill) if bill else None
        if payment is None or payment.received is None or payment.paid_at is None:
            return None
        lines = [
            (_("Paid"), formats.money(payment.received)),
            (_("Paid on"), formats.moment(payment.paid_at)),
            (_("Receipt"), payment.receipt),
        ]
        code = reverse("payments:receipt", args=[payment.receipt])
        return OnReceipt(lines, code, _("Scan this code to verify the payment."))
