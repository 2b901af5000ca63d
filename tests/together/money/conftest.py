"""The town of helpers with an aggregator, its permit and a pool, and a configured payment provider."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from kini.core import current_time
from kini.core.actors import Actor
from kini.payments import actions as payment_actions
from kini.payments.events import BillPaid
from kini.payments.models import Payment
from kini.payments.public import PaymentCode, ReceivedPayment
from kini.payments.sandbox import keys
from kini.people.models import Officer, Resident
from kini.together import actions as help_actions
from kini.together.models import Gift, Giver, Payout, Pledge, Pool
from kini.together.money import actions, jobs
from kini.web.formats import today
from tests.cases.town import acting, employed, person
from tests.environment import replace
from tests.together.conftest import BY, HelpTown


@dataclass
class MoneyTown:
    """A town with an aggregator (its head, its permit for 30 days) and two coordinators."""

    town: HelpTown
    other: Officer
    head: Resident
    aggregator: Giver
    pools: list[Pool] = field(default_factory=list)

    def pool(self, target: int = 1_000_000, days: int = 20) -> Pool:
        new = actions.NewPool(
            self.aggregator, "food", "Sembako Gambir", "Sembako untuk RW 03", target, today() + timedelta(days=days)
        )
        return actions.open_pool(by=acting(self.town.coordinator), pool=new)

    def gift(self, pool: Pool, amount: int = 100_000, giver: Giver | None = None) -> Gift:
        giver = giver or self.town.donor_giver
        return actions.give_money(by=self.town.side(giver), giver=giver, pool=pool, amount=amount, key=uuid4())

    def code(self, gift: Gift, method: str = "va") -> Payment:
        payment = actions.request_code(by=self.town.side(gift.giver), gift=gift, method=method)
        return payment_actions.store_code(by=BY, payment=payment, code=PaymentCode("8881", payment.pk.hex))

    def arrive(self, payment: Payment) -> Payment:
        received = ReceivedPayment(str(payment.pk), payment.pk.hex, payment.amount, current_time.now())
        return payment_actions.record_payment(by=BY, provider=payment.provider, received=received)

    def held(self, pool: Pool, amount: int = 100_000, giver: Giver | None = None) -> Gift:
        """A gift whose money arrived."""
        gift = self.gift(pool, amount, giver)
        jobs.take_gift(BillPaid(str(self.arrive(self.code(gift)).pk)))
        gift.refresh_from_db()
        return gift

    def reached(self, target: int = 1_000_000) -> Pool:
        """A pool whose target arrived in one gift."""
        pool = self.pool(target)
        self.held(pool, target)
        pool.refresh_from_db()
        return pool

    def pledge(self, quantity: int = 5, needed: int = 40) -> Pledge:
        """A confirmed pledge of the aggregator."""
        line = self.town.line(self.town.need(staples=needed))
        by = self.side
        pledge = help_actions.hold_pledge(by=by, giver=self.aggregator, line=line, quantity=quantity, key=uuid4())
        return help_actions.confirm_pledge(by=by, pledge=pledge, deliver_on=today(), stated=True)

    def receive(self, pledge: Pledge, arrived: int | None = None) -> None:
        """Deliver the packages of a pledge; the head of the RW counts them."""
        help_actions.set_out(by=self.side, pledge=pledge)
        count = pledge.quantity if arrived is None else arrived
        help_actions.record_delivery(by=self.side, pledge=pledge, code=pledge.code, quantity=count, key=uuid4())
        help_actions.record_receipt(by=acting(self.town.head), pledge=pledge, quantity=count)

    def proposed(self, pool: Pool, pledge: Pledge | None = None, amount: int = 100_000) -> Payout:
        words = "" if pledge else "Sewa truk"
        return actions.propose_payout(by=self.side, pool=pool, pledge=pledge, amount=amount, words=words, key=uuid4())

    def paid(self, pool: Pool, pledge: Pledge | None = None, amount: int = 100_000) -> Payout:
        payout = self.proposed(pool, pledge, amount)
        return actions.pay_out(by=acting(self.town.coordinator), payout=payout, transfer=f"TRF-{payout.pk}")

    @property
    def side(self) -> Actor:
        return acting(self.head)

    def balance(self, account: str, pool: Pool) -> int:
        prefix = "stock:" if account in ("promised", "held", "transit") else ""
        return self.town.balance(f"{prefix}together:money:{account}:{pool.pk}", pool.currency)


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a provider that nobody answers for: the tests say themselves what was paid."""
    return keys.configure(keys.ensure_keys(tmp_path_factory.mktemp("payments")), 9)


def build_money(town: HelpTown) -> MoneyTown:
    head = person("+6281200000007", "Ketua Yayasan")
    assert head.user
    permit = help_actions.NewPermit("PUB-1/2026", "Kemensos", today() - timedelta(days=5), today() + timedelta(days=30))
    aggregator = help_actions.record_aggregator(
        by=acting(town.coordinator), name="Yayasan Contoh", owner=head.user, permit=permit
    )
    other = employed("+6281200000008", "Koordinator dua", town.coordinator.agency, "help-coordinator")
    return MoneyTown(town, other, head, aggregator)


@pytest.fixture
def money(town: HelpTown, settings: Settings, provider: Path) -> MoneyTown:
    settings.ENV = replace(settings.ENV, payments=provider)
    return build_money(town)
