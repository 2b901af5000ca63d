"""The kind `payment`: look up a bill, pay it online, and settle the case automatically."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.cases.models import Case, Draft
from kini.cases.public import case_answers
from kini.core.actors import ActionRefused, system
from kini.core.config_messages import Fault, use_one_of
from kini.payments import actions, queries
from kini.payments.models import Bill, Payment
from kini.payments.providers import available_methods
from kini.payments.tariffs import bill_registers
from kini.services.public import (
    Definition,
    Flow,
    Id,
    Kind,
    Name,
    ReceiptDetails,
    ServiceSnapshot,
    StrictModel,
    TemplatePart,
    snapshot_of,
)
from kini.web import formats

BY = system("payments")


class PaymentOptions(StrictModel):
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


class PaymentKind(Kind[PaymentOptions, Case, Draft]):
    """A bill and its payment."""

    id = "payment"
    label = gettext_lazy("Payment")
    verb = gettext_lazy("See the bill")
    can_be_for_family = False
    Options = PaymentOptions

    def check(self, definition: Definition) -> Iterable[Fault]:
        """Also check that either a question or a step supplies the bill."""
        faults = list(super().check(definition))
        yield from faults
        if not faults and bool((options := self.options(definition)).object) == bool(options.amount):
            message = _("nothing says which bill is paid")
            remedy = _('Say either "object" (the question with the number) or "amount" (the input of a step).')
            yield Fault((self.id,), message, remedy)

    def check_flow(self, definition: Definition, flow: Flow) -> Iterable[Fault]:
        """The system settles the case, and the input with the amount is asked by a step."""
        moves = [(name, move) for state in flow.states.values() for name, move in state.moves.items()]
        if actions.SETTLE_MOVE not in dict(moves):
            message = _('the flow "%(flow)s" has no move "%(settle_move)s"') % {
                "flow": definition.flow,
                "settle_move": actions.SETTLE_MOVE,
            }
            yield Fault(
                ("flow",),
                message,
                _("Add the move %(settle_move)s by system, or use another flow.")
                % {"settle_move": actions.SETTLE_MOVE},
            )
        needs = {name for _name, move in moves for name in move.needs}
        amount = None if next(iter(super().check(definition)), None) else self.options(definition).amount
        if amount and amount not in needs:
            message = _('no step of the flow asks for the input "%(amount)s"') % {"amount": amount}
            yield Fault((self.id, "amount"), message, use_one_of(needs, amount))

    def page_fault(self, snapshot: ServiceSnapshot, given: dict[str, Any], page: str) -> tuple[str, str] | None:
        """Say that there is no such bill on the page whose answers complete the search for it."""
        options = self.options(snapshot.definition)
        asked = [name for name in (options.object, options.proof, options.period) if name]
        question_page = snapshot.page(page)
        if not options.object or question_page is None or not set(asked) & question_page.fields.keys():
            return None
        if any(given.get(name) is None for name in asked):
            return None
        try:
            self.find(snapshot, given)
        except ActionRefused as refusal:
            return next(name for name in asked if name in question_page.fields), str(refusal)
        return None

    def preview(self, snapshot: ServiceSnapshot, given: dict[str, Any], draft: Draft) -> TemplatePart | None:
        """Preview of the bill.

        Raises:
            ActionRefused: if there is none; the message is the same for a wrong number and a wrong proof.
        """
        bill = self.find(snapshot, given)
        return ("payments/preview.html", {"owed": queries.bill_statement(bill)}) if bill else None

    def find(self, snapshot: ServiceSnapshot, given: dict[str, Any]) -> Bill | None:
        """Bill that the answers identify; None if an officer's step creates it later.

        Raises:
            ActionRefused: if there is no such open bill.
        """
        options = self.options(snapshot.definition)
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
            raise ActionRefused(sentence)
        return bill

    def after_open(self, case: Case) -> Case:
        """Link the case to its bill."""
        if bill := self.find(snapshot_of(case.version), case_answers.of_case(case)):
            actions.attach_bill(by=BY, case=case, bill=bill)
        return case

    def validate_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Allow settling only with a paid bill, and the refund move only without one."""
        paid = (bill := queries.bill_of(case)) and queries.settling_payment(bill)
        if move == actions.SETTLE_MOVE and not paid:
            raise ActionRefused(_("This bill has not been paid yet."))
        if move == actions.REFUND_MOVE and paid:
            raise ActionRefused(_("This bill is already paid."))

    def after_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Create the bill for the charge set by the step."""
        options = self.options(snapshot_of(case.version).definition)
        if options.amount and options.amount in given:
            actions.create_charge(by=BY, case=case, register=options.register_, amount=int(given[options.amount]))

    def panel(self, case: Case) -> TemplatePart | None:
        """Amount due and link to pay; after payment the receipt."""
        bill = queries.bill_of(case)
        if bill is None:
            return None
        payment = queries.settling_payment(bill)
        context = {
            "case": case,
            "owed": queries.bill_statement(bill),
            "payment": payment,
            "methods": available_methods(),
        }
        open_ = payment is None and case.closed_at is None
        refund = None if payment or open_ else queries.latest_refund(case)
        looked_up = bool(self.options(snapshot_of(case.version).definition).object)
        return "payments/panel.html", context | {"open": open_, "refund": refund, "looked_up": looked_up}

    def message_facts(self, case: Case) -> Sequence[tuple[str, str]]:
        """Receipt of what is paid, or amount of the open bill; never the number of the thing, which a phone shows."""
        bill = queries.bill_of(case)
        payment = queries.settling_payment(bill) if bill else None
        if payment:
            return _paid(payment)
        return [(_("Amount"), formats.money(queries.bill_statement(bill).amount.total))] if bill else []

    def receipt_details(self, case: Case) -> ReceiptDetails | None:
        """The thing and the period that were paid for, the amount, and the receipt code."""
        bill = queries.bill_of(case)
        payment = queries.settling_payment(bill) if bill else None
        if bill is None or payment is None:
            return None
        register = bill_registers()[bill.register]
        lines = [(str(register.object), bill.object), (str(register.period), bill.period_words), *_paid(payment)]
        code = reverse("payments:receipt", args=[payment.receipt])
        return ReceiptDetails(lines, code, _("Scan this code to verify the payment."))


def _paid(payment: Payment) -> list[tuple[str, str]]:
    """Amount, time and number of a payment; empty unless it settled its bill."""
    if payment.received is None or payment.paid_at is None:
        return []
    return [
        (_("Paid"), formats.money(payment.received)),
        (_("Paid on"), formats.moment(payment.paid_at)),
        (_("Receipt"), payment.receipt),
    ]
