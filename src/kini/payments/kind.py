"""The kind `payment`: a bill is looked up by the number of a thing, paid online, and the case goes on by itself."""

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
    """What a payment service says under `payment:`.

    Attributes:
        register: the register of the bills (bills/NAME.yaml).
        object: the question that asks for the number of the thing; left out, an officer's step makes the bill.
        proof: the question whose answer must agree with what the register knows, so that nobody reads others' bills.
        period: the question that asks for the period; left out, the oldest open bill is meant.
        amount: the input of an officer's step that says the charge, where there is no bill to look up.
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
        """Also: there is a bill to look up, or a step that makes one."""
        faults = list(super().check(definition))
        yield from faults
        if not faults and bool((options := self.options(definition)).object) == bool(options.amount):
            yield (self.id,), 'say either "object" (the question with the number) or "amount" (the input of a step)'

    def preview(self, resolved: Resolved, given: dict[str, Any], draft: Any) -> tuple[str, dict[str, Any]] | None:
        """The bill, before anything is sent.

        Raises:
            Refused: when there is none, in words that do not tell a wrong number from a wrong proof.
        """
        bill = self.find(resolved, given)
        return ("payments/preview.html", {"owed": queries.owed(bill)}) if bill else None

    def find(self, resolved: Resolved, given: dict[str, Any]) -> Bill | None:
        """The bill that the answers mean; None where an officer's step makes it later.

        Raises:
            Refused: when no open bill is meant.
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
            sentence = _("No open bill was found for these numbers. Compare them with your papers; perhaps it is paid.")
            raise Refused(sentence)
        return bill

    def opened(self, case: Case) -> Case:
        """Say which bill it is about."""
        if bill := self.find(resolve(case.version), answers.of_case(case)):
            actions.attach_bill(by=BY, case=case, bill=bill)
        return case

    def rehearse(self, resolved: Resolved, number: int) -> None:
        """A made-up bill for the number, proof and period that the example answers give."""
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
        """Only a paid bill settles a case, and only one that is not paid ends it as given back."""
        paid = (bill := queries.bill_of(case)) and queries.paid(bill)
        if move == actions.SETTLE and not paid:
            raise Refused(_("This bill has not been paid yet."))
        if move == actions.GIVEN_BACK and paid:
            raise Refused(_("This bill has been paid already."))

    def moved(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Make the bill of a charge that the step said."""
        options = self.options(resolve(case.version).definition)
        if options.amount and options.amount in given:
            actions.charge(by=BY, case=case, register=options.register_, amount=int(given[options.amount]))

    def panel(self, case: Case) -> tuple[str, dict[str, Any]] | None:
        """What is owed, and the way to pay it; once it is paid, the receipt."""
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
        """What was paid, and the code by which anybody checks it."""
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
        return OnReceipt(lines, code, _("Whoever wants to check the payment scans this code."))
