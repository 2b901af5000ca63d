"""Actions on bills, payments, refunds and settlements. Providers are called between actions, never inside one."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from kini.cases.actions import add_timeline_entry, move
from kini.cases.models import Case
from kini.cases.public import access
from kini.cases.rules import RESIDENT, edge_of
from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system, system
from kini.core.database.prepared_statements import execute_prepared
from kini.core.models import ImportRun
from kini.core.table_import import Table
from kini.core.table_import.loading import Target, load
from kini.exchange.public import outbox
from kini.payments import ledger, queries
from kini.payments.events import BillPaid
from kini.payments.models import (
    OPEN_STATES,
    RECEIVED_STATES,
    Bill,
    BillCase,
    Payment,
    ProviderNotice,
    Refund,
    SettlementRow,
)
from kini.payments.payment_codes import start_payment
from kini.payments.permissions import PaymentPermission
from kini.payments.providers.base import Method, PaymentCode, ReceivedPayment, SettlementLine, WebhookMessage
from kini.payments.tariffs import BillRow, bill_registers
from kini.people.rules import require_somewhere
from kini.services.public import snapshot_of
from kini.web import formats

#: Automatic moves of a bill's flow: paid, and refunded.
SETTLE_MOVE, REFUND_MOVE = "settle", "refund"
#: Destination of the outbox that sends refunds to their providers.
REFUND_DESTINATION = "payments.refunds"
#: Timeline entries: a refund was started, a refund was completed.
REFUND_STARTED, REFUND_DONE = "money-goes-back", "money-is-back"
_LOCK_SETTLEMENTS = "SELECT pg_advisory_xact_lock(hashtext('payments.settlements'))"


@action
def load_bills(
    *,
    by: Actor,
    register: str,
    rows: Iterable[BillRow],
    table: Table | None = None,
    made_up: bool = False,
    dry_run: bool = False,
) -> ImportRun:
    """Store the bills of a table: add new ones, update changed ones without a payment.

    Args:
        table: the table of the rows, for the record of the import.
        dry_run: count what would change, and change nothing.
    """
    payments = Payment.objects.filter(bill__register=register, state__in=(*OPEN_STATES, *RECEIVED_STATES))
    target = Target(
        Bill,
        key=("object", "period"),
        fields=("principal", "due_on", "proof", "made_up"),
        scope={"register": register},
        defaults={"agency": bill_registers()[register].agency, "created_at": current_time.now()},
        frozen=Bill.objects.filter(pk__in=payments.values("bill")),
    )
    values = (
        (row.object, row.period, row.principal, row.due_on, row.proof and queries.proof_hash(register, row.proof))
        for row in rows
    )
    numbered = ((number, (*cells[:4], cells[4] or None, made_up)) for number, cells in enumerate(values, 1))
    run = load(by=by, target=target, table=table or Table(register, b""), rows=numbered, dry_run=dry_run)
    if not dry_run:
        detail = {"added": run.added, "changed": run.changed}
        audit.record(by=by, action="payments.bills-loaded", subject=f"register:{register}", detail=detail)
    return run


@action
def attach_bill(*, by: Actor, case: Case, bill: Bill) -> None:
    """Link a case to its bill, once."""
    BillCase.objects.create(case=case, bill=bill)
    audit.record(by=by, action="payments.bill-attached", subject=f"case:{case.reference}", detail={"bill": bill.pk})


@action
def create_charge(*, by: Actor, case: Case, register: str, amount: int) -> Bill:
    """Create the bill for a charge that an officer's step sets.

    Raises:
        ActionRefused: if the amount is not positive, or the case has a bill already.
    """
    if amount <= 0:
        raise ActionRefused(_("Enter the amount of the charge, greater than zero."))
    if queries.bill_of(case):
        raise ActionRefused(_("This case already has a bill."))
    rules = bill_registers()[register]
    bill = Bill.objects.create(
        register=register,
        object=case.reference.replace("-", ""),
        period=str(formats.today().year),
        agency=case.agency,
        principal=amount,
        due_on=formats.today() + timedelta(days=rules.due_days),
    )
    attach_bill(by=by, case=case, bill=bill)
    return bill


@action
def request_code(*, by: Actor, case: Case, method: Method, guest_key: str = "") -> Payment:
    """Start a payment: return the code that is still valid, or request a new one.

    Raises:
        NotAllowed: if the case belongs to somebody else.
        ActionRefused: if nothing is due, or no provider offers the method.
    """
    if RESIDENT not in access.case_roles(by, case, guest_key):
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    bill = queries.bill_of(case)
    if bill is None or case.closed_at:
        raise ActionRefused(_("There is nothing to pay here."))
    return start_payment(by, bill, method, case)


@action
def store_code(*, by: Actor, payment: Payment, code: PaymentCode) -> Payment:
    """Store the provider's code. Idempotent."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.state == "asked":
        payment.state, payment.code, payment.provider_reference = "waiting", code.code, code.provider_reference
        payment.save(update_fields=["state", "code", "provider_reference"])
        audit.record(by=by, action="payments.code-kept", subject=f"payment:{payment.pk}")
    return payment


@action
def expire_code(*, by: Actor, payment: Payment) -> None:
    """Expire a code without a payment. A later payment is still recorded."""
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.state in OPEN_STATES:
        _set_state(payment, "expired" if payment.state == "waiting" else "failed")
        audit.record(by=by, action="payments.code-ended", subject=f"payment:{payment.pk}")


def _set_state(payment: Payment, state: str) -> None:
    payment.state = state
    payment.save(update_fields=["state"])


@action
def process_webhook(*, by: Actor, provider: str, message: WebhookMessage, sha256: str) -> None:
    """Process a webhook of a provider. Idempotent.

    Payments are identified by the order: the number of the webhook is unique for a day only and not signed.
    """
    number = message.external_id[:64]
    _row, created = ProviderNotice.objects.get_or_create(
        provider=provider, external_id=number, defaults={"sha256": sha256}
    )
    if message.payment:
        record_payment(by=by, provider=provider, received=message.payment)
    audit.record(by=by, action="payments.notice", subject=f"notice:{number}", detail={"new": created})


@action
def record_payment(*, by: Actor, provider: str, received: ReceivedPayment) -> Payment:
    """Record a payment reported by webhook, status request or settlement file. Each is recorded once.

    The first payment of the right amount settles the bill; any other is an overpayment and refunded.

    Raises:
        Payment.DoesNotExist: for a reference unknown at that provider.
    """
    known = Payment.objects.get(pk=_uuid(received.reference), provider=provider)
    bill = Bill.objects.select_for_update().get(pk=known.bill_id)
    payment = Payment.objects.select_for_update().get(pk=known.pk)
    if payment.state in RECEIVED_STATES:
        return payment
    settles = received.amount == payment.amount and queries.settling_payment(bill) is None and bill.withdrawn_at is None
    payment.state = "paid" if settles else "surplus"
    payment.paid_at, payment.received = received.at, received.amount
    payment.provider_reference = payment.provider_reference or received.provider_reference
    payment.receipt = references.generate_code() if settles else ""
    payment.save()
    detail = {"amount": received.amount, "bill": bill.pk}
    audit.record(by=by, action=f"payments.{payment.state}", subject=f"payment:{payment.pk}", detail=detail)
    if settles:
        events.publish(BillPaid(str(payment.pk)))
        for case in _movable_cases(bill, SETTLE_MOVE):
            move(by=by, case=case, move=SETTLE_MOVE)
    else:
        _start_refund(by, payment, "")
        _announce_refund(by, payment, "")
    side = f"income:{bill.register}" if settles else "surplus"
    postings = {f"provider:{provider}": received.amount, side: -received.amount}
    ledger.record_entry(f"arrived:{payment.pk}", postings, f"payment:{payment.pk}")
    return payment


def _uuid(reference: str) -> UUID:
    try:
        return UUID(reference)
    except ValueError:
        raise Payment.DoesNotExist from None


def _movable_cases(bill: Bill, step: str) -> list[Case]:
    """Cases of a bill whose flow allows this move now."""
    links = bill.cases.select_related("case__version")
    return [link.case for link in links if edge_of(snapshot_of(link.case.version).flow, link.case.state, step)]


def _start_refund(by: Actor, payment: Payment, reason: str) -> Refund:
    refund = Refund.objects.create(payment=payment, reason=reason, asked_at=current_time.now())
    outbox.put(
        REFUND_DESTINATION, subject=f"payment:{payment.pk}", key=refund.pk.hex, payload={"refund": str(refund.pk)}
    )
    audit.record(by=by, action="payments.refund-asked", subject=f"payment:{payment.pk}", detail={"reason": reason})
    return refund


def _announce_refund(by: Actor, payment: Payment, reason: str) -> None:
    if payment.case:
        data = {"amount": payment.received, "reason": reason}
        add_timeline_entry(by=by, case=payment.case, sort=REFUND_STARTED, data=data)


@action
def refund_payment(*, by: Actor, payment: Payment, reason: str) -> Refund:
    """Refund a payment; its bill is open again, and its cases leave states that say it was paid.

    A payment without a case is refunded by the room that issued its bill.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: if nothing was paid, a refund is under way, or no reason is given.
    """
    if payment.case:
        access.require_at_desk(by, PaymentPermission.REFUND, payment.case)
    else:
        require_system(by)  # the room that issued the bill decides
    if not reason.strip():
        raise ActionRefused(_("Enter the reason for the refund."))
    rows = Payment.objects.select_for_update(of=("self",)).select_related("bill", "case")
    payment = rows.get(pk=payment.pk)
    reason = reason.strip()[:240]
    if payment.state != "paid":
        raise ActionRefused(_("This payment cannot be refunded: it was not paid, or a refund is under way."))
    amount, income = payment.received or 0, f"income:{payment.bill.register}"
    payment.state, payment.receipt = "surplus", ""
    payment.save(update_fields=["state", "receipt"])
    started = _start_refund(by, payment, reason)
    movable = _movable_cases(payment.bill, REFUND_MOVE)
    for case in movable:
        inputs = {"reason": reason} if case == payment.case else {}
        move(by=system("payments"), case=case, move=REFUND_MOVE, values=inputs)
    if payment.case not in movable:
        _announce_refund(by, payment, reason)
    ledger.record_entry(f"reversed:{payment.pk}", {income: amount, "surplus": -amount}, f"payment:{payment.pk}")
    return started


@action
def record_refund(*, by: Actor, refund: Refund, provider_reference: str) -> Refund:
    """Record that a refund reached the payer: done by the provider, or by hand (with the reference of the transfer).

    Raises:
        NotAllowed: without the permission.
        ActionRefused: if the reference is missing.
    """
    if refund.payment.case:
        access.require_at_desk(by, PaymentPermission.REFUND, refund.payment.case)
    else:
        require_somewhere(by, PaymentPermission.REFUND)
    if not provider_reference.strip():
        raise ActionRefused(_("Enter the reference of the transfer."))
    rows = Refund.objects.select_for_update(of=("self",)).select_related("payment__case")
    refund = rows.get(pk=refund.pk)
    if refund.done_at is None:
        refund.done_at, refund.provider_reference = current_time.now(), provider_reference.strip()[:64]
        refund.save()
        amount, provider = refund.payment.received or 0, refund.payment.provider
        subject = f"payment:{refund.payment_id}"
        audit.record(by=by, action="payments.refunded", subject=subject)
        if refund.payment.case:
            add_timeline_entry(by=by, case=refund.payment.case, sort=REFUND_DONE, data={"amount": amount})
        ledger.record_entry(f"returned:{refund.pk}", {"surplus": amount, f"provider:{provider}": -amount}, subject)
    return refund


@action
def record_settlement(*, by: Actor, provider: str, row: SettlementLine) -> str:
    """Record a settlement line; returns the verdict: agreed, unknown, another amount, paid twice or seen before.

    A second line for the same order is posted to `unidentified` until somebody has checked it. Lines are recorded
    one at a time, since each may record two entries: two at once could wait for each other's balances.
    """
    execute_prepared(_LOCK_SETTLEMENTS)
    if SettlementRow.objects.filter(provider=provider, provider_reference=row.provider_reference).exists():
        return "seen before"
    payment = _payment_of_line(by, provider, row)
    settled_before = payment is not None and SettlementRow.objects.filter(payment=payment).exists()
    verdict = _verdict(payment, row, twice=settled_before)
    SettlementRow.objects.create(
        provider=provider,
        provider_reference=row.provider_reference,
        payment=payment,
        amount=row.amount,
        fee=row.fee,
        settled_on=row.on,
        verdict=verdict,
    )
    account = f"provider:{provider}" if payment and not settled_before else "unidentified"
    postings = {"bank": row.amount - row.fee, f"fees:{provider}": row.fee, account: -row.amount}
    settlement = f"settlement:{row.provider_reference}"
    audit.record(by=by, action="payments.settled", subject=settlement, detail={"verdict": verdict})
    subject = f"payment:{payment.pk}" if payment else settlement
    ledger.record_entry(f"settled:{provider}:{row.provider_reference}", postings, subject)
    return verdict


def _verdict(payment: Payment | None, row: SettlementLine, *, twice: bool) -> str:
    if payment is None:
        return "unknown"
    if twice:
        return "paid twice"
    return "agreed" if payment.received == row.amount else "another amount"


def _payment_of_line(by: Actor, provider: str, row: SettlementLine) -> Payment | None:
    """Payment of a settled line; recorded now if no webhook reported it."""
    try:
        return record_payment(
            by=by,
            provider=provider,
            received=ReceivedPayment(row.reference, row.provider_reference, row.amount, row.paid_at),
        )
    except Payment.DoesNotExist:
        return None
