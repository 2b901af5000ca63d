"""Made-up pools of a demo, written by the ordinary actions: open, reached and paid out, closed short."""

from datetime import timedelta
from random import Random
from uuid import UUID

from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.payments import actions as payment_actions
from kini.payments.public import PaymentCode, ReceivedPayment, configured_providers
from kini.people import actions as people_actions
from kini.people.models import Officer
from kini.people.public import contacts
from kini.people.queries import officer_actor
from kini.people.rules import may_somewhere
from kini.together import actions as help_actions
from kini.together.models import Giver, NeedLine, Pledge, Pool
from kini.together.money import actions, queries
from kini.together.permissions import HelpPermission
from kini.together.programmes import giving, package_of
from kini.web.formats import today

#: Target, days since the opening, and share of the target that arrives, of each pool of the first programme.
_POOLS = ((6_000_000, 24, 1.0), (9_000_000, 16, 1.0), (12_000_000, 9, 0.6), (20_000_000, 5, 0.2), (8_000_000, 26, 0.3))
_GIFTS = (25_000, 50_000, 100_000, 150_000, 250_000, 500_000)
_RESIDENTS = 12


def fill(by: Actor, aggregator: Giver, firm: Giver, random: Random) -> int:
    """Write pools with gifts and payouts; returns their number, 0 without a register, a provider or a coordinator."""
    known, treasurer = giving(), _treasurer()
    if known is None or known.register_ is None or treasurer is None or not configured_providers():
        return 0
    givers = [_resident(by, number) for number in range(_RESIDENTS)] + [firm]
    for number, (target, age, share) in enumerate(_POOLS):
        with current_time.freeze(current_time.now() - timedelta(days=age)):
            days = 14 if number == len(_POOLS) - 1 else age + 12
            name = _("Staple food for %(number)d kitchens") % {"number": 20 * (number + 1)}
            purpose = _("Staple food for neighbourhoods that were helped least so far. Made up.")
            new = actions.NewPool(aggregator, "food", name, purpose, target, today() + timedelta(days=days))
            pool = actions.open_pool(by=by, pool=new)
        _give(by, pool, givers, int(target * share), age, random)
        pool.refresh_from_db()
        if pool.state == "reached":
            with current_time.freeze(current_time.now() - timedelta(days=2)):
                _spend(by, treasurer, pool, random)
    _close(by)
    return len(_POOLS)


def _treasurer() -> Actor | None:
    """An officer who pays out: a coordinator."""
    officers = Officer.objects.filter(active=True).select_related("user").order_by("pk")
    actors = (officer_actor(each) for each in officers)
    return next((each for each in actors if may_somewhere(each, HelpPermission.MANAGE_GIVERS)), None)


def _resident(by: Actor, number: int) -> Giver:
    contact = contacts.Contact("email", f"donor-{number + 1}@demo.invalid")
    return help_actions.ensure_person(by=by, user=people_actions.open_account(by=by, contact=contact))


def _give(by: Actor, pool: Pool, givers: list[Giver], total: int, age: int, random: Random) -> None:
    """Gifts over the days since the opening, in order of time, until the total has arrived."""
    start, left, step = current_time.now() - timedelta(days=age), total, 0
    while left > 0 and age > 1:
        amount = min(left, random.choice(_GIFTS))
        moment = start + timedelta(hours=1 + (age * 12 - 24) * (total - left) / total, minutes=step % 50)
        with current_time.freeze(moment):
            _pay(by, pool, random.choice(givers), amount, UUID(int=random.getrandbits(128)))
        left, step = left - amount, step + 7


def _pay(by: Actor, pool: Pool, giver: Giver, amount: int, key: UUID) -> None:
    side = Actor(ActorKind.RESIDENT, giver.owner_id)
    gift = actions.give_money(by=side, giver=giver, pool=pool, amount=amount, key=key)
    payment = actions.request_code(by=side, gift=gift, method="qr")
    reference = f"demo-{payment.pk}"[:60]
    payment_actions.store_code(by=by, payment=payment, code=PaymentCode(f"DEMO{payment.pk.hex[:12]}", reference))
    received = ReceivedPayment(str(payment.pk), reference, payment.amount, current_time.now())
    payment_actions.record_payment(by=by, provider=payment.provider, received=received)
    actions.take_gift(by=by, gift=gift)


def _spend(by: Actor, treasurer: Actor, pool: Pool, random: Random) -> None:
    """Packages, of which those of one pledge are received, and some costs; the last payout waits for somebody."""
    side = Actor(ActorKind.RESIDENT, pool.giver.owner_id)
    pledges = [pledge for _each in range(3) if (pledge := _pledge(side, pool, random))]
    for number, pledge in enumerate(pledges):
        package = package_of(pool.programme, pledge.line.package)
        pool.refresh_from_db()
        amount = min(pool.held, pledge.quantity * package.price if package else 0)
        key = UUID(int=random.getrandbits(128))
        try:
            payout = actions.propose_payout(by=side, pool=pool, pledge=pledge, amount=amount, key=key)
        except ActionRefused:
            continue  # too little is left
        if number < 2:  # noqa: PLR2004
            actions.pay_out(by=treasurer, payout=payout, transfer=f"TRF-{payout.pk:06}")
    pool.refresh_from_db()
    costs, key = pool.received // 25, UUID(int=random.getrandbits(128))
    if costs <= pool.held:
        words = _("Transport and bank fees")
        cost = actions.propose_payout(by=side, pool=pool, pledge=None, amount=costs, words=words, key=key)
        actions.pay_out(by=treasurer, payout=cost, transfer=f"TRF-{cost.pk:06}")
    if pledges:
        first = pledges[0]
        help_actions.set_out(by=side, pledge=first)
        key = UUID(int=random.getrandbits(128))
        help_actions.record_delivery(by=side, pledge=first, code=first.code, quantity=first.quantity, key=key)
        help_actions.record_receipt(by=by, pledge=first, quantity=first.quantity)


def _pledge(side: Actor, pool: Pool, random: Random) -> Pledge | None:
    """A confirmed pledge of the aggregator for an open need of the programme, within what the pool can pay."""
    lines = NeedLine.objects.filter(need__state="open", need__programme=pool.programme)
    lines = lines.select_related("need__beneficiary__area").order_by("pk")
    open_lines = [each for each in lines if each.left > 4 and each.need.needed_by >= today()]  # noqa: PLR2004
    if not open_lines:
        return None
    line = random.choice(open_lines)
    package = package_of(pool.programme, line.package)
    quantity = min(line.left, max(5, pool.target // 4 // package.price)) if package else 0
    try:
        key = UUID(int=random.getrandbits(128))
        pledge = help_actions.hold_pledge(by=side, giver=pool.giver, line=line, quantity=quantity, key=key)
        return help_actions.confirm_pledge(by=side, pledge=pledge, deliver_on=today(), stated=True)
    except ActionRefused:
        return None  # as people are refused: too many open pledges, for example


def _close(by: Actor) -> None:
    """Close the pool whose day is over, and give back what it holds."""
    for pool in queries.pools_to_close():
        actions.close_pool(by=by, pool=pool)
    for gift in queries.gifts_to_refund():
        actions.refund_gift(by=by, gift=gift)
