"""Made-up holds of a demo: open ones of three signs, one that is late, and decided ones."""

from datetime import timedelta
from uuid import uuid4

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.models import Officer
from kini.people.queries import officer_actor
from kini.people.rules import may_in_area
from kini.together import actions
from kini.together.fraud_holds import actions as hold_actions
from kini.together.models import FraudHold, Giver, Need, NeedLine, Pledge
from kini.together.permissions import HelpPermission
from kini.together.rules import MOST_TRIES
from kini.web.formats import today

#: Hours ago of each pledge to the giver's own side: the first is late, the last two are decided.
_AGES = (30, 5, 60, 40)


def fill(by: Actor, areas: list[Area], firm: Giver) -> int:
    """Write holds about pledges of a firm and of open pledges; returns their number."""
    for number, hours in enumerate(_AGES):
        area = areas[number % len(areas)]
        with current_time.freeze(current_time.now() - timedelta(hours=hours)):
            _own_side(by, area, firm, number)
    _wrong_codes(by)
    held = list(FraudHold.objects.filter(state="open", rule="same-side").select_related("pledge").order_by("pk"))
    for hold, decide, reason in (
        (
            held[2],
            hold_actions.release_hold,
            _("The head of the RW works at the firm; the list is complete."),
        ),
        (held[3], hold_actions.refuse_hold, _("The address is the firm's own store.")),
    ):
        if officer := _decider(hold):
            with current_time.freeze(hold.placed_at + timedelta(hours=20)):
                decide(by=officer, hold=hold, reason=reason)
    for hold in FraudHold.objects.filter(state="open", due_at__lte=current_time.now()):
        hold_actions.escalate_hold(by=by, hold=hold)
    return FraudHold.objects.count()


def _own_side(by: Actor, area: Area, firm: Giver, number: int) -> None:
    place = actions.record_beneficiary(
        by=by,
        beneficiary=actions.NewBeneficiary("rw", f"RW {17 + number}", area, families=80, contact=firm.owner),
    )
    need = actions.report_need(
        by=by, beneficiary=place, programme="food", lines={"staples": 40}, needed_by=today() + timedelta(days=20)
    )
    if (officer := _verifier(area)) and (line := _line(actions.verify_need(by=officer, need=need))):
        actions.hold_pledge(by=by, giver=firm, line=line, quantity=20 + number, key=uuid4())


def _line(need: Need) -> NeedLine:
    return NeedLine.objects.select_related("need__beneficiary__area").get(need=need)


def _wrong_codes(by: Actor) -> None:
    """Enter a wrong code three times for a pledge that is on the way."""
    pledge = Pledge.objects.filter(state="on-the-way", tries=0).order_by("pk").first()
    if pledge is None:
        return
    wrong = f"{(int(pledge.code) + 1) % 1_000_000:06}"
    for _number in range(MOST_TRIES):
        actions.record_delivery(by=by, pledge=pledge, code=wrong, quantity=pledge.quantity, key=uuid4())


def _verifier(area: Area) -> Actor | None:
    return _officer(HelpPermission.VERIFY_NEEDS, area.path)


def _decider(hold: FraudHold) -> Actor | None:
    assert hold.pledge
    return _officer(HelpPermission.MANAGE_GIVERS, hold.pledge.line.need.beneficiary.area.path)


def _officer(permission: HelpPermission, area_path: str) -> Actor | None:
    actors = (officer_actor(each) for each in Officer.objects.filter(active=True).select_related("user").order_by("pk"))
    return next((each for each in actors if may_in_area(each, permission, area_path)), None)
