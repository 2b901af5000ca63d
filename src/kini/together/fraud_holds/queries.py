"""Reads: signs about pledges, gifts and payouts; open holds; who owns a hold."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from kini.core import current_time
from kini.core.actors import Actor
from kini.core.grants import Scope
from kini.people import queries as people_queries
from kini.people.models import KnownDevice, Officer
from kini.people.public import roles
from kini.together.fraud_holds import rules
from kini.together.fraud_holds.rules import Sign
from kini.together.models import FraudHold, Gift, Giver, Payout, Pledge
from kini.together.permissions import HelpPermission
from kini.together.programmes import GivingRule, rule_of
from kini.together.rules import MOST_TRIES
from kini.web.formats import today

#: Earlier quantities that are compared.
COMPARED = 100
_RELATED = (
    *("pledge__line__need__beneficiary__area", "pledge__giver", "gift__giver", "gift__pool"),
    *("payout__pool__giver", "payout__pledge__line__need__beneficiary"),
)


def pledge_signs(by: Actor, pledge: Pledge) -> Iterator[Sign]:
    """Yield the signs about a new pledge."""
    rule, giver = rule_of(today()), pledge.giver
    if is_of_side(giver, pledge.line.need.beneficiary.contact_id):
        yield Sign("same-side")
    yield from _many(by, giver, Pledge.objects.filter(created_at__range=_recently()), rule)
    arrived = Pledge.objects.filter(state="received", line__package=pledge.line.package)
    arrived = arrived.filter(line__need__programme=pledge.line.need.programme)
    others = arrived.exclude(giver=giver).order_by("-pk").values_list("quantity", flat=True)[:COMPARED]
    own = max(arrived.filter(giver=giver).values_list("quantity", flat=True), default=0)
    if sign := rules.unusual_quantity(pledge.quantity, list(others), own, rule.unusual_times):
        yield sign


def gift_signs(by: Actor, gift: Gift) -> Iterator[Sign]:
    """Yield the signs about a promised gift of money."""
    rule, giver = rule_of(today()), gift.giver
    if is_of_side(gift.pool.giver, giver.owner_id):
        yield Sign("same-side")
    yield from _many(by, giver, Gift.objects.filter(created_at__range=_recently()), rule)
    arrived = Gift.objects.filter(state="held")
    others = arrived.exclude(giver=giver).filter(giver__kind=giver.kind)
    amounts = others.order_by("-pk").values_list("amount", flat=True)[:COMPARED]
    own = max(arrived.filter(giver=giver).values_list("amount", flat=True), default=0)
    if sign := rules.unusual_quantity(gift.amount, list(amounts), own, rule.unusual_times):
        yield sign


def payout_signs(payout: Payout) -> Iterator[Sign]:
    """Yield the signs about a proposed payout."""
    pledge = payout.pledge
    if pledge is None:
        return
    if is_of_side(payout.pool.giver, pledge.line.need.beneficiary.contact_id):
        yield Sign("same-side")
    if pledge.tries >= MOST_TRIES:
        yield Sign("wrong-code", pledge.tries, MOST_TRIES)
    if pledge.state == "disputed":
        yield Sign("disputed")


def is_of_side(giver: Giver, user_id: int | None) -> bool:
    """True if an account is the owner or a member of a giver."""
    return user_id is not None and (giver.owner_id == user_id or giver.members.filter(user=user_id).exists())


def _recently() -> tuple[datetime, datetime]:
    now = current_time.now()
    return now - rules.SHORT_TIME, now


def _many(by: Actor, giver: Giver, rows: QuerySet[Pledge] | QuerySet[Gift], rule: GivingRule) -> Iterator[Sign]:
    """Sign of many rows by the givers of one account, or of accounts that signed in on the same device."""
    if giver.owner_id is None or by.user_id is None:
        return  # somebody at a counter, where an officer sees who comes
    devices = KnownDevice.objects.filter(user=by.user_id).values("device_hash")
    accounts = {by.user_id, *KnownDevice.objects.filter(device_hash__in=devices).values_list("user", flat=True)}
    givers = Giver.objects.filter(Q(owner__in=accounts) | Q(members__user__in=accounts))
    if sign := rules.many_at_once(rows.filter(giver__in=givers.values("pk")).count(), rule.most_per_hour):
        yield sign


def holds_of(subject: Pledge | Gift | Payout) -> QuerySet[FraudHold]:
    """Open holds of a pledge, gift or payout."""
    return FraudHold.objects.filter(state="open", **{subject._meta.model_name or "": subject})


def all_holds() -> QuerySet[FraudHold]:
    """Holds with what they are about."""
    return FraudHold.objects.select_related(*_RELATED)


def open_holds() -> QuerySet[FraudHold]:
    """Open holds, the most urgent first."""
    return all_holds().filter(state="open").order_by("due_at", "pk")


def ended_holds() -> QuerySet[FraudHold]:
    """Holds that were decided or expired, the latest first."""
    return all_holds().exclude(state="open").order_by("-decided_at", "-pk")


def late_holds() -> QuerySet[FraudHold]:
    """Open holds whose time is over."""
    return FraudHold.objects.filter(state="open", due_at__lte=current_time.now()).order_by("pk")


def area_path(hold: FraudHold) -> str:
    """Path of the area of what is held; "" for money, which belongs to the whole city."""
    return hold.pledge.line.need.beneficiary.area.path if hold.pledge else ""


def sides(hold: FraudHold) -> tuple[set[int], Giver]:
    """Accounts that may not decide about a hold because they are concerned, and the giver that is held."""
    subject = hold.pledge or hold.gift or hold.payout
    if isinstance(subject, Pledge):
        giver, accounts = subject.giver, {subject.line.need.beneficiary.contact_id}
    elif isinstance(subject, Gift):
        giver, accounts = subject.giver, set()
    else:
        assert subject is not None
        giver, accounts = subject.pool.giver, {subject.proposed_by_id}
        if subject.pledge:
            accounts.add(subject.pledge.line.need.beneficiary.contact_id)
    accounts |= {giver.owner_id, *giver.members.values_list("user", flat=True)}
    return {each for each in accounts if each is not None}, giver


def next_owner(permission: HelpPermission, path: str, apart: set[int]) -> int | None:
    """Account of the officer with a permission over an area who has the fewest open holds; None: nobody has it."""
    able = [name for name, role in roles().items() if permission in role.may]
    working = Officer.objects.filter(active=True, role_grants__role__in=able)
    agencies = working.values_list("agency", flat=True).distinct()
    scopes = [Scope(agency, path) for agency in agencies]
    officers = [each for scope in scopes for each in people_queries.officers_with_permission(scope, permission)]
    accounts = {each.user_id for each in officers} - apart
    counted = FraudHold.objects.filter(state="open", owner__in=accounts).values_list("owner").annotate(n=Count("pk"))
    open_counts = dict(counted.order_by())
    return min(accounts, key=lambda each: (open_counts.get(each, 0), each), default=None)
