"""A made-up Ramadan of help for a demo: needs of neighbourhoods and institutions, pledges, deliveries, their ledger.

The worker writes it by the ordinary actions, with the clock set back, while the city answers already.
"""

from datetime import timedelta
from random import Random
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.city.public import pack
from kini.city.queries import lowest_level_areas
from kini.core import current_time, preparation
from kini.core.actors import ActionRefused, Actor, system
from kini.core.jobs import enqueue, job
from kini.people import actions as people_actions
from kini.people.models import Officer
from kini.people.public import contacts
from kini.people.queries import officer_actor
from kini.people.rules import may_somewhere
from kini.together import actions
from kini.together.fraud_holds import made_up_holds
from kini.together.models import Beneficiary, Giver, Need, NeedLine, Pledge
from kini.together.money import made_up_money
from kini.together.permissions import HelpPermission
from kini.together.photos import made_up_photos
from kini.together.programmes import programmes
from kini.together.visits.actions import draw_visits
from kini.together.volunteers import made_up_volunteers
from kini.web.formats import today

BY = system("demo help")
NEEDS, DAYS, SEED = 150, 28, 1442
#: How many needs of a hundred are of each programme; the first package of the others is food's.
_PROGRAMMES = {"food": 60, "small-firms": 12, "education": 12, "waste": 6, "housing": 6, "employment": 4}


def fill(by: Actor, needs: int = NEEDS, seed: int = SEED) -> int:
    """Write needs with pledges in all states; returns their number, 0 without an officer who verifies."""
    random, verifier = Random(seed), _verifier()  # noqa: S311 -- made-up data
    areas = [area for _parent, below in lowest_level_areas() for area in below]
    if verifier is None or not areas:
        return 0
    now = current_time.now()
    with translation.override(pack.current().languages[0]):
        givers = _givers(by)
        for number in range(needs):
            age = timedelta(days=random.randint(1, DAYS), hours=random.randint(0, 9))
            with current_time.freeze(now - age):
                need = _need(by, verifier, random, random.choice(areas), number)
            for _each in range(random.randint(0, 3)):
                _pledge(by, random, need, random.choice(givers), age.days)
        made_up_photos.fill(by, verifier, Random(seed))  # noqa: S311 -- made-up data
        made_up_holds.fill(by, areas, givers[0])
        made_up_money.fill(by, givers[-1], givers[0], random)
        made_up_volunteers.fill(by, verifier, [each for each in givers if each.kind == "group"], areas, random)
    with current_time.freeze(now - timedelta(days=1)):
        draw_visits(by=by)  # fixes the seed of the next one
    draw_visits(by=by)
    actions.publish_days(by=by)
    actions.sign_heads(by=by)
    return needs


def _verifier() -> Actor | None:
    """An officer who verifies needs everywhere."""
    actors = (officer_actor(each) for each in Officer.objects.filter(active=True).select_related("user"))
    everywhere = (
        actor
        for actor in actors
        if may_somewhere(actor, HelpPermission.VERIFY_NEEDS)
        and any(not grant.area_path for grant in actor.grants if HelpPermission.VERIFY_NEEDS in grant.permissions)
    )
    return next(everywhere, None)


def _givers(by: Actor) -> list[Giver]:
    """Firms, groups and an aggregator with a permit."""
    givers = []
    for number, kind in enumerate(("firm", "firm", "group", "group", "aggregator"), 1):
        owner = people_actions.open_account(by=by, contact=contacts.Contact("email", f"giver-{number}@demo.invalid"))
        name = {"firm": _("Example firm"), "group": _("Example community"), "aggregator": _("Example aggregator")}[kind]
        giver = actions.record_giver(by=by, kind=kind, name=f"{name} {number}", owner=owner)
        givers.append(giver)
    begins, ends = today() - timedelta(days=60), today() + timedelta(days=90)
    permit = actions.NewPermit("PUB-0/2026", _("Example office"), begins, ends)
    actions.record_permit(by=by, giver=givers[-1], permit=permit)
    return givers


def _need(by: Actor, verifier: Actor, random: Random, area: Area, number: int) -> Need:
    known = {name: share for name, share in _PROGRAMMES.items() if name in programmes()}
    [programme] = random.choices(list(known), list(known.values()))
    kind = "rw" if random.random() < 0.8 or programme == "small-firms" else random.choice(("orphanage", "elderly-home"))
    kind = kind if kind in programmes()[programme].kinds else "rw"
    name = f"RW {1 + number % 16:02}" if kind == "rw" else f"{_('Example home')} {number}"
    place = Beneficiary.objects.filter(kind=kind, name=name, area=area).first()
    if place is None:
        new = actions.NewBeneficiary(kind, name, area, families=random.randint(20, 260))
        place = actions.record_beneficiary(by=by, beneficiary=new)
    package = random.choice(list(programmes()[programme].packages))
    most = max(5, (place.families or 20) // (1 if programme == "food" else 12))
    need = actions.report_need(
        by=by,
        beneficiary=place,
        programme=programme,
        lines={package: random.randint(5, most)},
        needed_by=current_time.now().date() + timedelta(days=DAYS + random.randint(5, 40)),
    )
    return actions.verify_need(by=verifier, need=need) if random.random() < 0.95 else need


def _pledge(by: Actor, random: Random, need: Need, giver: Giver, age: int) -> None:
    """A pledge of some of what is left, as far as its days have gone."""
    line = NeedLine.objects.select_related("need__beneficiary__area").get(need=need)
    quantity = min(line.left, random.randint(1, max(1, line.needed // 2)))
    if quantity < 1 or need.state != "open":
        return
    days_ago = random.randint(0, age)
    steps = min(days_ago * 2, random.choice((1, 2, 5, 5, 5)))
    start, key = current_time.now() - timedelta(days=days_ago), UUID(int=random.getrandbits(128))
    try:
        with current_time.freeze(start):
            pledge = actions.hold_pledge(by=by, giver=giver, line=line, quantity=quantity, key=key)
            if steps:
                actions.confirm_pledge(by=by, pledge=pledge, deliver_on=today() + timedelta(days=1), stated=True)
        if steps > 1:
            with current_time.freeze(start + timedelta(hours=20)):
                _deliver(by, random, pledge, steps)
    except ActionRefused:
        return  # as people are refused: too many open pledges, for example


def _deliver(by: Actor, random: Random, pledge: Pledge, steps: int) -> None:
    actions.set_out(by=by, pledge=pledge)
    if steps > 2:  # noqa: PLR2004 -- on the way only
        key = UUID(int=random.getrandbits(128))
        actions.record_delivery(by=by, pledge=pledge, code=pledge.code, quantity=pledge.quantity, key=key)
        missing = 1 if random.random() < 0.05 and pledge.quantity > 1 else 0
        actions.record_receipt(by=by, pledge=pledge, quantity=pledge.quantity - missing)


@job("together.first_look", queue="upkeep")
def write_first_look() -> None:
    """Write the made-up help of a new demo."""
    if settings.ENV.demo_cases and not Need.objects.exists():
        fill(BY)


def first_look(by: Actor) -> None:
    """Have the worker give a demo with cases its help, once."""
    if settings.ENV.demo_cases and programmes() and not Need.objects.exists():
        enqueue("together.first_look")


def register() -> None:
    """Register the step of `./kini prepare`."""
    preparation.demo_steps.register("mutual help", first_look)
