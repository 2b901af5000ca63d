"""Any order of deeds, and many at once: no money is lost, nothing is paid twice, costs stay bounded."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, strategies
from hypothesis import settings as limits
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django import Settings

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.environment import ROOT
from kini.ledger.models import Posting
from kini.payments.models import Payment
from kini.together import actions as help_actions
from kini.together.models import Gift, Payout, Pledge, Pool
from kini.together.money import actions, jobs
from tests.cases.town import acting
from tests.environment import replace
from tests.together.conftest import BY, build, differences
from tests.together.money.conftest import MoneyTown, build_money

AMOUNTS = strategies.sampled_from((1_000, 5_000, 20_000, 60_000))


class Interleaving(RuleBasedStateMachine):
    """Gifts, payments, lapses, payouts, deliveries, suspensions and a closing, in any order."""

    money: MoneyTown
    pools: tuple[Pool, ...]

    def __init__(self) -> None:
        super().__init__()
        self.gifts: list[Gift] = []
        self.pledges: list[Pledge] = []
        self.payouts: list[Payout] = []
        self.point = transaction.savepoint_create()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    @rule(which=strategies.integers(0, 1), amount=AMOUNTS, firm=strategies.booleans())
    def give(self, which: int, amount: int, firm: bool) -> None:
        town = self.money.town
        with suppress(ActionRefused):
            self.gifts.append(self.money.gift(self.pools[which], amount, town.firm if firm else town.donor_giver))

    @rule(number=strategies.integers(0, 20), deed=strategies.sampled_from(("pay", "pay", "pay", "withdraw", "lapse")))
    def move_gift(self, number: int, deed: str) -> None:
        if not self.gifts:
            return
        gift = self.gifts[number % len(self.gifts)]
        with suppress(ActionRefused):
            if deed == "pay":
                self.money.arrive(self.money.code(gift))
            elif deed == "withdraw":
                actions.withdraw_gift(by=self.money.town.side(gift.giver), gift=gift)
            else:
                with current_time.freeze(gift.held_until):
                    actions.lapse_gift(by=BY, gift=gift)

    @rule()
    def work(self) -> None:
        for payment in Payment.objects.filter(state="paid"):
            jobs.take_gift(jobs.BillPaid(str(payment.pk)))

    @rule(quantity=strategies.integers(1, 3))
    def pledge(self, quantity: int) -> None:
        with suppress(ActionRefused):
            self.pledges.append(self.money.pledge(quantity, needed=quantity))

    @rule(which=strategies.integers(0, 1), amount=AMOUNTS, number=strategies.integers(-1, 5))
    def propose(self, which: int, amount: int, number: int) -> None:
        pledge = self.pledges[number % len(self.pledges)] if self.pledges and number >= 0 else None
        if pledge:
            pledge.refresh_from_db()
        with suppress(ActionRefused):
            self.payouts.append(self.money.proposed(self.pools[which], pledge, amount))

    @rule(number=strategies.integers(0, 20), deed=strategies.sampled_from(("pay", "pay", "decline", "return")))
    def decide(self, number: int, deed: str) -> None:
        if not self.payouts:
            return
        payout, by = self.payouts[number % len(self.payouts)], acting(self.money.other)
        with suppress(ActionRefused):
            if deed == "pay":
                actions.pay_out(by=by, payout=payout, transfer=f"TRF-{payout.pk}-{number}")
            elif deed == "decline":
                actions.decline_payout(by=by, payout=payout, reason="Tidak perlu")
            else:
                actions.record_return(by=by, payout=payout, reason="Toko tutup")

    @rule(number=strategies.integers(0, 5), arrived=strategies.integers(0, 3))
    def receive(self, number: int, arrived: int) -> None:
        if self.pledges:
            pledge = self.pledges[number % len(self.pledges)]
            with suppress(ActionRefused):
                self.money.receive(pledge, min(arrived, pledge.quantity))

    @rule(over=strategies.booleans())
    def suspend(self, over: bool) -> None:
        by, giver = acting(self.money.town.coordinator), self.money.aggregator
        with suppress(ActionRefused):
            help_actions.suspend_giver(by=by, giver=giver, reason="Audit")
        if over:
            help_actions.end_suspension(by=by, giver=giver)

    @rule()
    def close(self) -> None:
        with current_time.freeze(current_time.now() + timedelta(days=21)):
            jobs.close_pools()

    @invariant()
    def the_books_are_sound(self) -> None:
        assert list(differences()) == []
        assert sum(Posting.objects.values_list("amount", flat=True)) == 0
        for pool in Pool.objects.all():
            assert 0 <= pool.promised + pool.received <= pool.target
            assert 0 <= pool.costs <= pool.received // 10
            assert pool.held >= 0
            assert pool.state == "reached" or pool.paid_out == pool.costs == 0


def test_any_order_of_deeds_keeps_the_money(money: MoneyTown) -> None:
    Interleaving.money, Interleaving.pools = money, (money.pool(60_000), money.pool(400_000))
    quiet = limits(max_examples=12, stateful_step_count=30, suppress_health_check=list(HealthCheck), deadline=None)
    run_state_machine_as_test(Interleaving, settings=quiet)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_give_to_and_pay_out_of_one_pool(settings: Settings, provider: Path) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    settings.ENV = replace(settings.ENV, payments=provider)
    money = build_money(build())
    spent, filled = money.reached(1_000_000), money.pool(200_000)
    pledge = money.pledge(5)
    costs = [money.proposed(spent, amount=30_000) for _ in range(8)]
    goods = money.proposed(spent, pledge, 900_000)
    unpaid = []
    for hours in (4, 2):  # of one giver, many in one hour are held
        with current_time.freeze(current_time.now() - timedelta(hours=hours)):
            unpaid += [money.code(money.gift(filled, 10_000)) for _ in range(10)]
    results: list[str] = []
    barrier = Barrier(12)

    def work(number: int) -> None:
        barrier.wait()
        try:
            for step in range(8):
                try:
                    if number % 3 == 0:
                        payout = [*costs, goods][(number + step) % 9]
                        by = acting(money.other if number % 2 else money.town.coordinator)
                        actions.pay_out(by=by, payout=payout, transfer=f"T{number}-{step}")
                        results.append("costs" if payout.sort == "costs" else "goods")
                    elif number % 3 == 1:
                        payment = unpaid[(number * 5 + step) % 20]
                        money.arrive(payment)
                        jobs.take_gift(jobs.BillPaid(str(payment.pk)))
                    else:
                        giver, by = money.town.donor_giver, acting(money.town.donor)
                        actions.give_money(by=by, giver=giver, pool=filled, amount=1_000, key=uuid4())
                        results.append("over")
                except ActionRefused as refusal:
                    results.append(f"refused: {refusal}")
        finally:
            connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for payment in unpaid:
        money.arrive(payment)
        jobs.take_gift(jobs.BillPaid(str(payment.pk)))
    spent.refresh_from_db()
    filled.refresh_from_db()
    assert not any(each == "over" for each in results)  # nothing was left to promise
    assert results.count("costs") == 3  # 3 of 30,000 are within a tenth of a million
    assert results.count("goods") == 1
    assert (spent.costs, spent.paid_out, spent.held) == (90_000, 900_000, 10_000)
    assert (filled.received, filled.promised, filled.state) == (200_000, 0, "reached")
    assert Gift.objects.filter(pool=filled, state="held").count() == 20
    assert list(differences()) == []
