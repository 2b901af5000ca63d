"""Draws of visits, and what an officer counted."""

from collections import defaultdict
from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.core.crypto import permanent_hash
from kini.core.published_draws import drawn_tickets, new_seed
from kini.people.rules import require_somewhere
from kini.together.action_guards import require_user
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Delivery, Visit, VisitDraw, VisitLot
from kini.together.money.public_movements import RESIDENT
from kini.together.permissions import HelpPermission
from kini.together.visits.rules import of_another_area
from kini.web.formats import today

ONE_IN = 10
TICKET_PURPOSE = "together.visit-ticket"
#: Time in which a drawn delivery must be visited.
VISIT_WITHIN = timedelta(days=14)


@action
def draw_visits(*, by: Actor) -> int:
    """Make the draw whose seed was fixed on an earlier day, and fix the seed of the next one; return the new visits.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    day, made = today(), 0
    draw = VisitDraw.objects.select_for_update().filter(day__lte=day, seed="").order_by("day").first()
    if draw is not None:
        made = _draw(draw)
        audit.record(by=by, action="together.visits-drawn", subject=f"visit-draw:{draw.day}", detail={"visits": made})
    seed, commitment = new_seed()
    VisitDraw.objects.get_or_create(
        day=day + timedelta(days=1), defaults={"commitment": commitment, "secret": seed, "one_in": ONE_IN}
    )
    return made


def _draw(draw: VisitDraw) -> int:
    """Draw among the deliveries received since the last draw (at first, all), by giver, without households."""
    earlier = VisitDraw.objects.exclude(seed="").order_by("-until").first()
    until = current_time.now()
    rows = Delivery.objects.filter(pledge__state="received", received_at__lt=until, visit=None)
    if earlier and earlier.until:
        rows = rows.filter(received_at__gte=earlier.until)
    rows = rows.exclude(pledge__line__need__beneficiary__kind="household").select_related("pledge__giver")
    by_giver: dict[str, dict[str, Delivery]] = defaultdict(dict)
    for each in rows.order_by("pk"):
        ticket = permanent_hash(each.pledge.reference, TICKET_PURPOSE).hex()[:32]
        by_giver[each.pledge.giver.name or RESIDENT][ticket] = each
    draw.seed, draw.secret, draw.until = draw.secret, "", until
    draw.save(update_fields=["seed", "secret", "until"])
    lots, visits = [], []
    for giver, deliveries in by_giver.items():
        drawn = drawn_tickets(draw.seed, deliveries, draw.one_in)
        lots += [VisitLot(draw=draw, giver=giver, ticket=each, drawn=each in drawn) for each in sorted(deliveries)]
        visits += [
            Visit(
                delivery=deliveries[each],
                giver=giver,
                reported=deliveries[each].agreed_quantity or 0,
                drawn_at=until,
                due_on=today() + VISIT_WITHIN,
            )
            for each in sorted(drawn)
        ]
    VisitLot.objects.bulk_create(lots)
    return len(Visit.objects.bulk_create(visits))


@action
def record_visit(*, by: Actor, visit: Visit, counted: int, words: str = "") -> Visit:
    """Record what an officer of another area counted at a visit, once.

    Raises:
        NotAllowed: without the permission, or for an officer of the place's own area.
        ActionRefused: it was recorded, the number is not possible, or the officer is of a side or verified the need.
    """
    require_somewhere(by, HelpPermission.VERIFY_NEEDS)
    related = ("delivery__pledge__line__need__beneficiary__area", "delivery__pledge__giver")
    visit = Visit.objects.select_for_update(of=("self",)).select_related(*related).get(pk=visit.pk)
    pledge = visit.delivery.pledge
    if not of_another_area(by, pledge.line.need.beneficiary.area.path):
        raise NotAllowed(_("An officer of another area must visit this place."))
    if visit.counted is not None:
        raise ActionRefused(_("This visit was recorded already."))
    if not 0 <= counted <= pledge.quantity:
        sentence = _("The pledge is for %(quantity)d. Enter a number from 0 to %(quantity)d.")
        raise ActionRefused(sentence % {"quantity": pledge.quantity})
    visit.counted, visit.words = counted, words.strip()[:400]
    visit.visited_by_id, visit.visited_at = require_user(by), current_time.now()
    with constraints_as_refusals():
        visit.save(update_fields=["counted", "words", "visited_by", "visited_at"])
    detail = {"counted": counted, "reported": visit.reported}
    audit.record(by=by, action="together.visited", subject=f"pledge:{pledge.reference}", detail=detail)
    return visit
