"""Payments: a bill is paid exactly once, overpayments are refunded, and the ledger balances."""

import dataclasses
from argparse import Namespace
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from kini.cases import actions as case_actions
from kini.cases.models import Case, TimelineEntry
from kini.cli import imports as cli_imports
from kini.core import command_line, current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import ImportRun
from kini.exchange.models import OutboxEntry
from kini.exchange.public import outbox
from kini.ledger.models import Entry, Posting
from kini.ledger.public import entries_of
from kini.operator.site import site
from kini.payments import actions, gateway, jobs, ledger, queries
from kini.payments.commands import load_bills as bills_load
from kini.payments.commands import reconcile as payments_reconcile
from kini.payments.models import Bill, BillCase, Payment, Refund
from kini.payments.providers.base import ReceivedPayment, WebhookMessage
from kini.payments.sandbox.server import Sandbox
from kini.payments.tariffs import BillRow
from kini.services.flows import Flow
from kini.web import formats
from kini.web.current_city import current_city
from tests.cases.town import BY, Town, acting, employed, offer, opened
from tests.environment import replace
from tests.payments.conftest import ANSWERS, FAR, FLOW, SERVICE

RECONCILED = "provider_reference,reference,amount,fee,paid_at,settled_on\n"


def asked(town: Town, case: Case, method: Any = "qr", by: str = "resident") -> Payment:
    """A code requested by the resident."""
    payment = actions.request_code(by=town.named(by), case=case, method=method)
    return gateway.obtain_code(payment)


def scanned(bank: Sandbox, payment: Payment, amount: int = 0) -> Any:
    """A payment at the payer's bank; returns the bank's order. The city is not notified yet."""
    order = bank.bank.order(payment.code)
    assert order is not None
    bank.pay(order, amount or order.amount)
    return bank.bank.order(payment.code)


def state(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)


def payment_states() -> dict[str, str]:
    return dict(Payment.objects.values_list("method", "state"))


def books() -> dict[str, int]:
    balances = ledger.balances()
    assert sum(balances.values()) == 0
    return balances


@pytest.mark.parametrize("method", ["qr", "va"])
def test_a_told_payment_pays_the_bill_and_ends_the_case(town, case, bill, bank, method):
    payment = asked(town, case, method)
    order = scanned(bank, payment)
    assert state(case) == "bill"
    assert bank.told(order) == 200
    paid = queries.settling_payment(bill)
    assert paid.received == 50_000
    assert queries.payment_of_receipt(paid.receipt) == paid
    assert state(case) == "paid"
    assert books() == {"income:stall-tax": -50_000, "provider:sandbox": 50_000}


def test_telling_twice_changes_nothing(town, case, bill, bank):
    order = scanned(bank, asked(town, case))
    assert [bank.told(order) for _ in range(3)] == [200, 200, 200]
    assert books()["provider:sandbox"] == 50_000
    assert Refund.objects.count() == 0


@pytest.mark.parametrize("wrong", [{"forged": True}, {"old": True}])
def test_a_notice_that_is_forged_or_old_is_refused(town, case, bill, bank, wrong):
    order = scanned(bank, asked(town, case))
    assert bank.told(order, **wrong) == 401
    assert queries.settling_payment(bill) is None
    assert state(case) == "bill"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b"[]", b"null"])
def test_a_signed_notice_that_cannot_be_read_is_no_error_of_ours(bank, body):
    assert bank.send("1", body) == 400


def test_a_provider_that_never_tells_is_asked(town, case, bill, bank):
    payment = asked(town, case)
    scanned(bank, payment)
    with current_time.freeze(current_time.now() + queries.POLL_AFTER * 2):
        jobs.poll_providers()
    assert queries.settling_payment(bill).pk == payment.pk


def test_a_lost_answer_is_asked_for_again_and_there_is_one_code(town, case, bill, bank):
    bank.faults["create"] = "lost"
    payment = actions.request_code(by=town.named("resident"), case=case, method="qr")
    with pytest.raises(gateway.ProviderUnavailable):
        gateway.obtain_code(payment)
    bank.faults["create"] = ""
    with current_time.freeze(current_time.now() + queries.POLL_AFTER * 2):
        jobs.poll_providers()
    payment.refresh_from_db()
    assert payment.state == "waiting"
    assert len(bank.bank.orders()) == 1


def test_the_same_code_is_given_as_long_as_it_holds(town, case, bill, bank):
    first = asked(town, case)
    assert asked(town, case).pk == first.pk
    with current_time.freeze(first.expires_at + timedelta(seconds=1)):
        later = asked(town, case)
    assert later.pk != first.pk
    first.refresh_from_db()
    assert first.state == "expired"


def test_late_money_for_an_expired_code_still_pays(town, case, bill, bank):
    payment = asked(town, case)
    with current_time.freeze(payment.expires_at + queries.GRACE * 2):
        jobs.poll_providers()
    payment.refresh_from_db()
    assert payment.state == "expired"
    assert bank.told(scanned(bank, payment)) == 200
    assert queries.settling_payment(bill).pk == payment.pk


def test_two_codes_both_paid_pay_once_and_the_second_money_goes_back(town, case, bill, bank):
    orders = [scanned(bank, asked(town, case, method)) for method in ("va", "qr")]
    assert [bank.told(order) for order in orders] == [200, 200]
    assert queries.settling_payment(bill).method == "va"
    outbox.deliver(actions.REFUND_DESTINATION)
    outbox.deliver(actions.REFUND_DESTINATION)
    assert bank.bank.returned() == 50_000
    assert books() == {"income:stall-tax": -50_000, "provider:sandbox": 50_000, "surplus": 0}


def test_another_amount_does_not_pay(town, case, bill, bank):
    assert bank.told(scanned(bank, asked(town, case), amount=49_999)) == 200
    assert queries.settling_payment(bill) is None
    assert state(case) == "bill"
    outbox.deliver(actions.REFUND_DESTINATION)
    assert bank.bank.returned() == 49_999


def test_an_amount_with_a_fraction_is_not_cut_to_what_was_asked(town, case, bill, bank):
    order = scanned(bank, asked(town, case))
    bank.faults["fraction"] = "99"
    assert bank.told(order) == 400
    assert queries.settling_payment(bill) is None
    bank.faults["fraction"] = "0000"
    assert bank.told(order) == 200
    assert queries.settling_payment(bill) is not None


def test_a_refund_is_sent_again_while_its_provider_is_down_and_arrives_once(town, case, bill, bank):
    assert bank.told(scanned(bank, asked(town, case), amount=49_999)) == 200
    bank.faults["refund"] = "down"
    assert outbox.deliver(actions.REFUND_DESTINATION) == 1
    assert outbox.deliver(actions.REFUND_DESTINATION) == 0, "it is sent again only after a wait"
    assert (bank.bank.returned(), queries.open_refunds().count()) == (0, 1)
    bank.faults.clear()
    with current_time.freeze(OutboxEntry.objects.get(destination=actions.REFUND_DESTINATION).next_at):
        assert outbox.deliver(actions.REFUND_DESTINATION) == 1
    assert (bank.bank.returned(), queries.open_refunds().count()) == (49_999, 0)
    assert OutboxEntry.objects.get(destination=actions.REFUND_DESTINATION).state == "delivered"


def test_open_refunds_of_the_release_before_are_put_into_the_outbox(town, case, bill, bank):
    bank.told(scanned(bank, asked(town, case), amount=49_999))
    OutboxEntry.objects.all().delete()
    migration = import_module("kini.payments.migrations.0004_open_refunds_to_outbox")
    migration.put_open_refunds(apps, None)
    assert outbox.deliver(actions.REFUND_DESTINATION) == 1
    assert bank.bank.returned() == 49_999


def test_money_that_came_by_transfer_is_returned_by_hand(town, case, bill, bank):
    cashier = acting(employed("+6281200000061", "Kasir", town.registry, "cashier"))
    bank.told(scanned(bank, asked(town, case, "va"), amount=1))
    outbox.deliver(actions.REFUND_DESTINATION)
    (refund,) = queries.open_refunds()
    with pytest.raises(NotAllowed):
        actions.record_refund(by=town.named("clerk"), refund=refund, provider_reference="TRX 1")
    with pytest.raises(ActionRefused, match="reference"):
        actions.record_refund(by=cashier, refund=refund, provider_reference=" ")
    actions.record_refund(by=cashier, refund=refund, provider_reference="TRX 1")
    assert not queries.open_refunds()
    assert books()["surplus"] == 0


def test_a_bill_loaded_before_a_new_hash_key_is_found_by_its_proof(town, bill, settings):
    """The proof is stored nowhere, so its hash keeps the old key."""
    new = "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    assert queries.open_bill("stall-tax", "AB 12", "camar") == bill
    assert queries.open_bill("stall-tax", "AB 12", "elang") is None


def test_a_refund_opens_the_bill_again(town, case, bill, bank):
    cashier = acting(employed("+6281200000061", "Kasir", town.registry, "cashier"))
    bank.told(scanned(bank, asked(town, case)))
    actions.refund_payment(by=cashier, payment=queries.settling_payment(bill), reason="Wrong stall")
    outbox.deliver(actions.REFUND_DESTINATION)
    assert queries.settling_payment(bill) is None
    assert queries.open_bill("stall-tax", "AB 12", "camar") == bill
    steps = [(entry.sort, entry.move) for entry in TimelineEntry.objects.filter(case=case).order_by("number")]
    assert steps[-2:] == [("moved", actions.REFUND_MOVE), (actions.REFUND_DONE, "")]
    assert (state(case), Case.objects.get().outcome) == ("refunded", "expired")
    outbox.deliver(actions.REFUND_DESTINATION)
    assert TimelineEntry.objects.filter(case=case).count() == len(steps)
    assert books() == {"income:stall-tax": 0, "provider:sandbox": 0, "surplus": 0}


def test_an_operator_reads_how_much_went_back_and_of_which_case(town, case, bill, bank, rf):
    bank.told(scanned(bank, asked(town, case), amount=49_999))
    table = site.get_model_admin(Refund)
    rows = [(table.case(each), table.amount(each), table.provider(each)) for each in table.get_queryset(rf.get("/"))]
    assert rows == [(case.reference, formats.money(49_999), "sandbox")]


def test_everybody_who_saw_the_bill_paid_sees_it_given_back_and_the_payer_alone_reads_why(
    town, case, bill, bank, stall_tax
):
    cashier = acting(employed("+6281200000061", "Kasir", town.registry, "cashier"))
    other = opened(town.named("neighbour"), stall_tax, town.neighbour, ANSWERS)
    bank.told(scanned(bank, asked(town, case)))
    actions.refund_payment(by=cashier, payment=queries.settling_payment(bill), reason="Wrong stall")
    assert (state(case), state(other)) == ("refunded", "refunded")
    why = {each.case_id: each.data for each in TimelineEntry.objects.filter(move=actions.REFUND_MOVE)}
    assert why == {case.pk: {"given": {"reason": "Wrong stall"}}, other.pk: {}}
    again = opened(town.named("neighbour"), stall_tax, town.neighbour, ANSWERS)
    bank.told(scanned(bank, asked(town, again, by="neighbour")))
    assert (state(case), state(again)) == ("refunded", "paid")


def test_a_flow_without_an_end_for_it_says_on_the_case_that_the_money_goes_back(town, bank, stall_tax):
    del (plain := deepcopy(FLOW))["states"]["refunded"], plain["states"]["paid"]["moves"]
    actions.load_bills(by=BY, register="stall-tax", rows=[BillRow("AB13", "2026", 50_000, FAR, "CAMAR")])
    version = offer("stall-tax", SERVICE, Flow.model_validate(plain), 2)
    own = opened(town.named("resident"), version, town.resident, {"stall": {"stall": "AB 13", "word": "camar"}})
    bank.told(scanned(bank, asked(town, own)))
    cashier = acting(employed("+6281200000061", "Kasir", town.registry, "cashier"))
    actions.refund_payment(by=cashier, payment=Payment.objects.get(), reason="Wrong stall")
    assert state(own) == "paid"
    assert TimelineEntry.objects.filter(case=own).latest("number").sort == actions.REFUND_STARTED


def test_everybody_who_looked_at_the_bill_sees_it_paid(town, case, bill, bank, stall_tax):
    other = opened(town.named("neighbour"), stall_tax, town.neighbour, ANSWERS)
    bank.told(scanned(bank, asked(town, case)))
    assert (state(case), state(other)) == ("paid", "paid")
    with pytest.raises(ActionRefused, match="No open bill"):
        opened(town.named("neighbour"), stall_tax, town.neighbour, ANSWERS)


def test_a_wrong_proof_finds_no_bill_and_a_fresh_case_is_not_left_behind(town, stall_tax):
    wrong = {"stall": {"stall": "AB 12", "word": "elang"}}
    with pytest.raises(ActionRefused, match="No open bill"):
        opened(town.named("resident"), stall_tax, town.resident, wrong)
    assert Case.objects.count() == 0


def test_nobody_settles_by_hand_and_strangers_get_no_code(town, case, bill, bank):
    with pytest.raises(ActionRefused, match="not been paid"):
        case_actions.move(by=BY, case=case, move="settle")
    with pytest.raises(NotAllowed):
        actions.request_code(by=town.named("neighbour"), case=case, method="qr")


def test_an_overdue_bill_costs_its_fine_and_a_new_day_makes_a_new_code(town, case, bill, bank):
    Bill.objects.update(due_on=formats.today() - timedelta(days=1))
    payment = asked(town, case)
    assert payment.amount == 51_000
    assert payment.parts == {"principal": 50_000, "fine": 1_000, "relief": 0}
    with current_time.freeze(current_time.now() + timedelta(days=40)):
        assert asked(town, case).amount == 52_000


def test_a_table_loaded_again_changes_only_what_nobody_pays(town, case, bill, bank):
    rows = [BillRow("AB12", "2026", 60_000, FAR, "CAMAR"), BillRow("AB13", "2026", 10_000, FAR, "")]
    asked(town, case)
    first = actions.load_bills(by=BY, register="stall-tax", rows=rows)
    assert (first.added, first.changed, first.frozen) == (1, 0, 1)
    changed = [dataclasses.replace(rows[1], principal=11_000)]
    trial = actions.load_bills(by=BY, register="stall-tax", rows=changed, dry_run=True)
    second = actions.load_bills(by=BY, register="stall-tax", rows=changed)
    assert (trial.added, trial.changed) == (second.added, second.changed) == (0, 1)
    assert Bill.objects.get(pk=bill.pk).principal == 50_000


def test_an_import_is_listed_and_undone_unless_its_bills_are_in_use(town, case, capsys, tmp_path):
    def imports(number=None):
        return cli_imports.run(Namespace(undo=number))

    file = tmp_path / "bills.csv"
    file.write_text("object,period,principal,due_on,proof\nCD12,2026,9000,2026-12-31,\nX,2026,1,2026-12-31,\n", "utf-8")
    options = Namespace(register="stall-tax", file=file, dry_run=True)
    assert bills_load.run(options) == 1
    assert 'bills.csv:3: object "X": enter the number' in capsys.readouterr().out
    assert not Bill.objects.filter(object="CD12").exists()
    options.dry_run = False
    assert bills_load.run(options) == 1
    run = ImportRun.objects.latest("pk")
    assert f"./kini imports --undo {run.pk}" in capsys.readouterr().out
    bill = Bill.objects.get(object="CD12")
    before = BillCase.objects.get(case=case).bill
    BillCase.objects.update(bill=bill)
    with pytest.raises(command_line.CommandError, match="in use"):
        imports(run.pk)
    BillCase.objects.update(bill=before)
    assert imports(run.pk) == 0
    assert not Bill.objects.filter(object="CD12").exists()
    imports()
    assert "1 added, 0 changed, 0 removed, 1 faulty, undone" in capsys.readouterr().out
    with pytest.raises(command_line.CommandError, match="already"):
        imports(run.pk)
    with pytest.raises(command_line.CommandError, match="there is no import 0"):
        imports(0)


def test_a_settlement_file_agrees_finds_what_nobody_told_and_names_what_is_unknown(
    town, case, bill, bank, tmp_path, capsys
):
    payment = asked(town, case)
    order = scanned(bank, payment)
    file = tmp_path / "settled.csv"
    lines = [
        f"{order.own},{payment.pk.hex},50000,350,{order.paid_at},2026-11-25",
        f"OTHER,{'0' * 32},777,0,{order.paid_at},2026-11-25",
    ]
    file.write_text(RECONCILED + "\n".join(lines), "utf-8")
    options = type("Options", (), {"provider": "sandbox", "file": file})
    assert payments_reconcile.run(options) == 1
    assert "OTHER over 777: unknown" in capsys.readouterr().out
    assert queries.settling_payment(bill).pk == payment.pk
    once = books()
    assert once == {
        "bank": 50_427,
        "fees:sandbox": 350,
        "income:stall-tax": -50_000,
        "provider:sandbox": 0,
        "unidentified": -777,
    }
    assert payments_reconcile.run(options) == 0
    assert "2 seen before" in capsys.readouterr().out
    assert books() == once


def reconciled(file: Path, *lines: str) -> int:
    """Verdicts of a settlement file with these lines."""
    file.write_text(RECONCILED + "\n".join(lines), "utf-8")
    return payments_reconcile.run(type("Options", (), {"provider": "sandbox", "file": file}))


def test_money_that_came_twice_for_one_order_waits_for_somebody_to_look(town, case, bill, bank, tmp_path, capsys):
    payment = asked(town, case)
    order = scanned(bank, payment)
    assert reconciled(tmp_path / "one.csv", f"{order.own},{payment.pk.hex},50000,0,{order.paid_at},2026-11-25") == 0
    assert reconciled(tmp_path / "two.csv", f"AGAIN,{payment.pk.hex},50000,0,{order.paid_at},2026-11-26") == 1
    assert "AGAIN over 50000: paid twice" in capsys.readouterr().out
    assert books() == {"bank": 100_000, "income:stall-tax": -50_000, "provider:sandbox": 0, "unidentified": -50_000}


def test_money_that_the_provider_keeps_is_named(town, case, bill, bank, tmp_path, capsys):
    payment = asked(town, case)
    bank.told(scanned(bank, payment))
    settled = formats.today() + timedelta(days=payments_reconcile.LATE.days)
    other = f"OTHER,{'0' * 32},777,0,{current_time.now().isoformat()}"
    assert reconciled(tmp_path / "early.csv", f"{other},{settled - timedelta(days=1)}") == 1
    assert "not settled" not in capsys.readouterr().out, "it takes some days"
    assert reconciled(tmp_path / "late.csv", f"{other},{settled}") == 1
    assert f"not settled: {payment.pk.hex} over 50000" in capsys.readouterr().out


def test_a_number_of_a_notice_that_comes_again_for_another_order_hides_no_money(town, case, bill, bank):
    paid = [
        ReceivedPayment(asked(town, case, method).pk.hex, method, 50_000, current_time.now()) for method in ("qr", "va")
    ]
    for each in paid:
        message = WebhookMessage("1", each)
        actions.process_webhook(by=BY, provider="sandbox", message=message, sha256="")
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "surplus"]


def test_a_notice_with_a_very_long_number_is_taken(town, case, bill, bank):
    paid = ReceivedPayment(asked(town, case).pk.hex, "1", 50_000, current_time.now())
    actions.process_webhook(by=BY, provider="sandbox", message=WebhookMessage("1" * 500, paid), sha256="")
    assert Payment.objects.get().state == "paid"


def test_money_for_somebody_else_is_unknown_whatever_its_reference_looks_like(case, bank, tmp_path, capsys):
    rows = [
        f"{n},{reference},777,0,{current_time.now().isoformat()},2026-11-25"
        for n, reference in enumerate(("Z" * 32, "7"))
    ]
    assert reconciled(tmp_path / "others.csv", *rows) == 1
    assert "2 unknown" in capsys.readouterr().out


def test_a_provider_that_the_operator_took_away_stops_nobody_else(town, case, bill, bank, monkeypatch):
    payment = actions.request_code(by=town.named("resident"), case=case, method="qr")
    monkeypatch.setattr(gateway, "configured_providers", dict)
    assert gateway.try_obtain_code(payment).state == "asked"
    for at in (payment.expires_at - timedelta(minutes=1), payment.expires_at + 2 * queries.GRACE):
        with current_time.freeze(at):
            jobs.poll_providers()
    payment.refresh_from_db()
    assert payment.state == "failed"


def test_while_the_provider_is_down_only_codes_that_nobody_can_pay_expire(town, case, bill, bank):
    payment = asked(town, case)
    bank.faults["create"] = bank.faults["status"] = "down"
    without_code = actions.request_code(by=town.named("resident"), case=case, method="va")
    with current_time.freeze(max(payment.expires_at, without_code.expires_at) + queries.GRACE * 2):
        jobs.poll_providers()
        assert payment_states() == {"qr": "waiting", "va": "failed"}
        bank.faults["status"] = ""
        jobs.poll_providers()
        assert payment_states() == {"qr": "expired", "va": "failed"}


def test_money_for_a_withdrawn_bill_goes_back(town, case, bill, bank):
    payment = asked(town, case)
    Bill.objects.update(withdrawn_at=current_time.now())
    bank.told(scanned(bank, payment))
    assert Payment.objects.get().state == "surplus"
    assert Refund.objects.get().done_at is None
    assert state(case) == "bill"


def test_money_of_another_currency_is_refused(town, case, bill, bank):
    order = scanned(bank, asked(town, case))
    bank.faults = {"notice": "never", "currency": "USD"}
    assert bank.told(order) == 400
    assert queries.settling_payment(bill) is None
    bank.faults = {"notice": "never"}
    assert bank.told(order) == 200
    assert queries.settling_payment(bill)


def test_the_ledger_refuses_what_does_not_balance_and_forgets_nothing(town, case, bill, bank):
    bank.told(scanned(bank, asked(town, case)))
    payment = queries.settling_payment(bill)
    [entry] = entries_of(f"payment:{payment.pk}")
    unit = current_city().currency
    assert [(posting.account, posting.unit, posting.amount) for posting in entry.postings.all()] == [
        ("payments:income:stall-tax", unit, -50_000),
        ("payments:provider:sandbox", unit, 50_000),
    ]
    for broken in (
        lambda: Posting.objects.create(entry=entry, account="payments:bank", unit=unit, amount=5),
        lambda: Posting.objects.update(amount=1),
        lambda: Entry.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_the_database_knows_one_payment_a_bill(town, case, bill, bank):
    bank.told(scanned(bank, asked(town, case)))
    paid = queries.settling_payment(bill)
    with pytest.raises(IntegrityError, match="payments_bill_paid_once"), transaction.atomic():
        Payment.objects.create(
            bill=bill,
            case=case,
            provider="sandbox",
            method="qr",
            amount=1,
            state="paid",
            created_at=paid.created_at,
            expires_at=paid.expires_at,
            paid_at=paid.paid_at,
            received=1,
            receipt="X",
        )


def at_once(*operations: Callable[[], Any]) -> list[Exception]:
    """Run functions in threads that start together; returns their exceptions."""
    barrier, raised = Barrier(len(operations)), []

    def run(operation: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            operation()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_told_eight_times_at_once_by_two_codes_the_bill_is_paid_once(town, case, bill, bank):
    payments = [asked(town, case, method) for method in ("qr", "va")]
    paid = [ReceivedPayment(each.pk.hex, each.provider_reference, 50_000, current_time.now()) for each in payments]

    def tell(one: ReceivedPayment) -> Callable[[], Any]:
        return lambda: actions.record_payment(by=BY, provider="sandbox", received=one)

    assert at_once(*(tell(one) for one in paid * 4)) == []
    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "surplus"]
    assert books() == {"income:stall-tax": -50_000, "provider:sandbox": 100_000, "surplus": -50_000}
    assert state(case) == "paid"
