"""Gifts of money: pooled, held, paid out by two people, refunded; every unit stands in the ledger."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.payments import ledger as payments_ledger
from kini.payments.models import Payment, Refund
from kini.together import actions as help_actions
from kini.together import jobs as help_jobs
from kini.together.models import Gift, Payout, PublishedMovement
from kini.together.money import actions, jobs
from kini.web.formats import today
from tests.cases.town import acting
from tests.together.conftest import differences, run
from tests.together.money.conftest import MoneyTown


def test_a_gift_goes_through_payments_into_the_pool(money: MoneyTown) -> None:
    pool = money.pool()
    gift = money.gift(pool, 250_000)
    assert (money.balance("promised", pool), money.balance("held", pool)) == (250_000, 0)
    payment = money.arrive(money.code(gift))
    assert list(differences()) == []  # paid, and not yet taken
    jobs.take_gift(jobs.BillPaid(str(payment.pk)))
    jobs.take_gift(jobs.BillPaid(str(payment.pk)))
    pool.refresh_from_db()
    assert (pool.promised, pool.received, pool.percent) == (0, 250_000, 25)
    assert (money.balance("promised", pool), money.balance("held", pool)) == (0, 250_000)
    assert money.balance("given", pool) == -250_000
    assert payments_ledger.balances()["income:gifts"] == -250_000
    assert Payment.objects.get().receipt
    assert list(differences()) == []


def test_a_pool_takes_no_more_than_its_target(money: MoneyTown) -> None:
    pool = money.pool(100_000)
    money.gift(pool, 70_000)
    with pytest.raises(ActionRefused, match=r"at most .*30"):
        money.gift(pool, 40_000)
    with pytest.raises(ActionRefused):
        money.gift(pool, 500)
    money.gift(pool, 30_000)


def test_the_same_form_sent_twice_is_one_gift(money: MoneyTown) -> None:
    pool, key = money.pool(), uuid4()
    giver, by = money.town.donor_giver, acting(money.town.donor)
    gifts = {actions.give_money(by=by, giver=giver, pool=pool, amount=5_000, key=key).pk for _ in range(3)}
    assert len(gifts) == 1
    with pytest.raises(NotAllowed):
        actions.give_money(by=acting(money.town.boss), giver=money.town.firm, pool=pool, amount=5_000, key=key)


def test_an_aggregator_without_a_permit_on_the_day_gets_nothing(money: MoneyTown) -> None:
    pool = money.pool(days=60)
    late = money.code(money.gift(pool))
    with current_time.freeze(current_time.now() + timedelta(days=31)):
        with pytest.raises(ActionRefused, match="permit of this aggregator"):
            money.gift(pool)
        gift = Gift.objects.get()
        jobs.take_gift(jobs.BillPaid(str(money.arrive(late).pk)))
        gift.refresh_from_db()
        assert gift.state == "refunded"
        assert Refund.objects.get().payment == late
        assert list(differences()) == []


def test_money_is_paid_out_by_two_people_for_packages(money: MoneyTown) -> None:
    pool, pledge = money.reached(), money.pledge(5)
    payout = money.proposed(pool, pledge, 900_000)
    for by in (money.side, acting(money.town.officer), acting(money.town.donor)):
        with pytest.raises(NotAllowed):
            actions.pay_out(by=by, payout=payout, transfer="TRF-1")
    own = actions.propose_payout(
        by=acting(money.other), pool=pool, pledge=None, amount=100, words="Materai", key=uuid4()
    )
    with pytest.raises(ActionRefused, match="You proposed this"):
        actions.pay_out(by=acting(money.other), payout=own, transfer="TRF-1")
    paid = actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-1")
    assert paid.state == "paid"
    assert (money.balance("held", pool), money.balance("transit", pool)) == (100_000, 900_000)
    assert payments_ledger.balances()["income:gifts"] == -100_000
    with pytest.raises(ActionRefused, match="decided already"):
        actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-2")
    money.receive(pledge)
    paid.refresh_from_db()
    assert paid.state == "settled"
    assert (money.balance("transit", pool), money.balance("received", pool)) == (0, 900_000)
    assert list(differences()) == []


def test_what_did_not_arrive_is_written_off(money: MoneyTown) -> None:
    pool, pledge = money.reached(), money.pledge(5)
    money.paid(pool, pledge, 1_000_000)
    money.receive(pledge, arrived=4)
    assert (money.balance("received", pool), money.balance("written-off", pool)) == (800_000, 200_000)
    assert list(differences()) == []


def test_packages_that_arrived_before_the_money_are_settled_at_once(money: MoneyTown) -> None:
    pool, pledge = money.reached(), money.pledge(5)
    payout = money.proposed(pool, pledge, 500_000)
    money.receive(pledge)
    assert actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-BANK").state == "settled"
    assert list(differences()) == []


def test_money_is_for_a_fitting_pledge_at_its_price_and_only_once(money: MoneyTown) -> None:
    pool, pledge = money.reached(5_000_000), money.pledge(5)
    with pytest.raises(ActionRefused, match=r"cost .* at most"):
        money.proposed(pool, pledge, 1_000_001)
    with pytest.raises(ActionRefused, match="confirmed pledge of this aggregator"):
        money.proposed(pool, money.town.confirmed(money.town.line(money.town.need(staples=9)), 2), 1)
    first = money.paid(pool, pledge, 1_000_000)
    with pytest.raises(ActionRefused, match="proposed or paid already"):
        money.proposed(pool, pledge, 1)
    actions.record_return(by=acting(money.other), payout=first, reason="Toko tutup")
    assert money.balance("held", pool) == 5_000_000
    second = money.proposed(pool, pledge, 1_000_000)
    with pytest.raises(ActionRefused, match="used for another payout"):
        actions.pay_out(by=acting(money.other), payout=second, transfer=first.transfer)
    assert list(differences()) == []


def test_costs_stay_within_the_share_of_what_arrived(money: MoneyTown) -> None:
    pool = money.reached(1_000_000)
    money.paid(pool, amount=60_000)
    over = money.proposed(pool, amount=40_001)
    with pytest.raises(ActionRefused, match="above the share"):
        actions.pay_out(by=acting(money.other), payout=over, transfer="TRF-X")
    money.paid(pool, amount=40_000)
    pool.refresh_from_db()
    assert (pool.costs, money.balance("costs", pool)) == (100_000, 100_000)
    assert list(differences()) == []


def test_a_suspended_aggregator_is_frozen_at_once(money: MoneyTown) -> None:
    pool = money.reached()
    confirmed = money.pledge(5)
    waiting = money.pool()
    unpaid, on_the_way = money.gift(waiting), money.code(money.gift(waiting))
    late = money.arrive(on_the_way)
    payout = money.proposed(pool, amount=1_000)
    assert help_actions.suspend_giver(by=acting(money.town.coordinator), giver=money.aggregator, reason="Audit") == 1
    confirmed.refresh_from_db()
    unpaid.refresh_from_db()
    assert (confirmed.state, unpaid.state) == ("withdrawn", "withdrawn")
    with pytest.raises(ActionRefused, match="its money is frozen"):
        actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-F")
    with pytest.raises(ActionRefused, match="may not give"):
        money.gift(waiting)
    jobs.take_gift(jobs.BillPaid(str(late.pk)))
    assert Refund.objects.get().payment == late
    assert money.balance("held", pool) == 1_000_000
    assert list(differences()) == []
    help_actions.end_suspension(by=acting(money.town.coordinator), giver=money.aggregator)
    assert actions.pay_out(by=acting(money.other), payout=payout, transfer="TRF-F").state == "paid"


def test_a_pool_that_closes_short_gives_all_back(money: MoneyTown) -> None:
    pool = money.pool(days=2)
    held, firm = money.held(pool, 30_000), money.held(pool, 50_000, money.town.firm)
    unpaid = money.gift(pool, 20_000)
    with current_time.freeze(current_time.now() + timedelta(days=3)):
        jobs.close_pools()
        jobs.close_pools()
    assert dict(Gift.objects.values_list("pk", "state")) == {
        held.pk: "refunded", firm.pk: "refunded", unpaid.pk: "withdrawn",
    }  # fmt: skip
    assert Refund.objects.count() == 2
    pool.refresh_from_db()
    assert (pool.state, pool.received, pool.promised) == ("short", 0, 0)
    assert payments_ledger.balances()["surplus"] == -80_000
    assert list(differences()) == []


def test_money_that_comes_by_another_code_after_the_refund_goes_back(money: MoneyTown) -> None:
    pool = money.pool(500_000)
    gift = money.gift(pool)
    first, second = money.code(gift), money.code(gift, "qr")
    jobs.take_gift(jobs.BillPaid(str(money.arrive(first).pk)))
    with current_time.freeze(current_time.now() + timedelta(days=21)):
        jobs.close_pools()
    assert money.arrive(second).state == "surplus"
    assert list(differences()) == []
    gift.refresh_from_db()
    assert gift.state == "refunded"


def test_a_gift_lapses_and_money_that_comes_later_goes_back(money: MoneyTown) -> None:
    pool = money.pool()
    gift = money.gift(pool)
    payment = money.code(gift)
    jobs.lapse_gifts()
    assert Gift.objects.get().state == "promised"
    with current_time.freeze(current_time.now() + timedelta(hours=26)):
        jobs.lapse_gifts()
        assert Gift.objects.get().state == "lapsed"
        assert money.arrive(payment).state == "surplus"
    assert Refund.objects.count() == 1
    assert list(differences()) == []


def test_the_database_refuses_what_the_actions_refuse(money: MoneyTown) -> None:
    pool = money.reached()
    gift, payout = Gift.objects.get(), money.proposed(pool, amount=100_001)
    short = money.pool()
    assert money.head.user
    boss = money.head.user.pk
    for statement, values in (
        ("UPDATE together_pool SET received = received + 1 WHERE id = %s", (pool.pk,)),
        ("UPDATE together_pool SET target = target + 1 WHERE id = %s", (pool.pk,)),
        ("UPDATE together_pool SET costs_percent = 50 WHERE id = %s", (pool.pk,)),
        ("UPDATE together_pool SET state = 'reached' WHERE id = %s", (short.pk,)),
        ("UPDATE together_gift SET amount = 1 WHERE id = %s", (gift.pk,)),
        ("UPDATE together_gift SET state = 'refunded' WHERE id = %s", (gift.pk,)),
        ("DELETE FROM together_gift WHERE id = %s", (gift.pk,)),
        ("UPDATE together_payout SET state = 'settled' WHERE id = %s", (payout.pk,)),
        ("UPDATE together_payout SET state = 'paid', paid_on = now(), transfer = 'T', decided_by_id = proposed_by_id"
         " WHERE id = %s", (payout.pk,)),
        ("UPDATE together_payout SET state = 'paid', paid_on = now(), transfer = 'T', decided_by_id = %s"
         " WHERE id = %s", (boss, payout.pk)),
        ("UPDATE together_payout SET state = 'paid', paid_on = now(), transfer = 'T', decided_by_id = %s"
         " WHERE id = %s", (money.other.user_id, payout.pk)),
        ("SELECT ledger_post('x', 'pool:x', now(), ARRAY['together:money:given:1', 'together:money:costs:1'],"
         " ARRAY['package:food/staples', 'package:food/staples'], ARRAY[-1, 1]::bigint[])", ()),
        ("SELECT ledger_post('x', 'pool:x', now(), ARRAY['together:given:1', 'together:received:1'],"
         " ARRAY['IDR', 'IDR'], ARRAY[-1, 1]::bigint[])", ()),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement, *values)


def test_a_pool_is_opened_by_a_coordinator_of_neither_side(money: MoneyTown) -> None:
    new = actions.NewPool(money.aggregator, "food", "X", "Y", 10, today() + timedelta(days=3))
    for by in (money.side, acting(money.town.officer)):
        with pytest.raises(NotAllowed):
            actions.open_pool(by=by, pool=new)
    firm = actions.NewPool(money.town.firm, "food", "X", "Y", 10, today() + timedelta(days=3))
    with pytest.raises(ActionRefused):
        actions.open_pool(by=acting(money.town.coordinator), pool=firm)


def test_the_public_ledger_hides_few_gifts_and_shows_many(money: MoneyTown) -> None:
    pool = money.pool(1_000_000)
    for _ in range(4):
        money.held(pool, 20_000)
    money.held(pool, 400_000, money.town.firm)
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        help_jobs.publish_ledger()
        rows = set(PublishedMovement.objects.values_list("movement", "package", "area", "giver", "quantity"))
        assert rows == {("given", "IDR", "31", "PT Contoh", 400_000)}
        money.held(pool, 520_000)
        pledge = money.pledge(5)
        money.paid(pool, pledge, 900_000)
        money.paid(pool, None, 50_000)
        money.receive(pledge)
    with current_time.freeze(current_time.now() + timedelta(days=2)):
        help_jobs.publish_ledger()
    rows = set(PublishedMovement.objects.values_list("movement", "area", "giver", "quantity", "value"))
    assert {
        ("given", "31", "resident", 600_000, 600_000),
        ("paid-out", "31.71.01.1001", "Yayasan Contoh", 900_000, 900_000),
        ("spent", "31.71.01.1001", "Yayasan Contoh", 900_000, 900_000),
        ("costs", "31", "Yayasan Contoh", 50_000, 50_000),
    } <= rows
    assert list(differences()) == []


def test_a_check_finds_money_that_was_changed_past_the_triggers(money: MoneyTown) -> None:
    pool = money.reached()
    money.paid(pool, amount=50_000)
    run("SET LOCAL session_replication_role = replica")
    run("UPDATE together_pool SET costs = 40000 WHERE id = %s", pool.pk)
    assert any(f"pool {pool.reference} counts" in each for each in differences())
    run("UPDATE together_pool SET costs = 50000 WHERE id = %s", pool.pk)
    run("UPDATE together_payout SET state = 'settled' WHERE pool_id = %s", pool.pk)
    assert any("is settled, but its ledger has paid" in each for each in differences())
    run("UPDATE together_gift SET state = 'lapsed'")
    assert any("without a settled payment" in each for each in differences())


def test_somebody_at_the_counter_gives_without_a_phone(money: MoneyTown) -> None:
    pool = money.pool()
    by = acting(money.town.officer)
    gift = actions.give_at_counter(by=by, pool=pool, amount=20_000, key=uuid4())
    payment = actions.request_code(by=by, gift=gift, method="va")
    with pytest.raises(NotAllowed):
        actions.request_code(by=acting(money.town.donor), gift=gift, method="va")
    jobs.take_gift(jobs.BillPaid(str(money.arrive(payment).pk)))
    gift.refresh_from_db()
    assert (gift.state, gift.giver.owner) == ("held", None)
    assert Payout.objects.count() == 0
