"""Request for a plan, within the bounds of the schema; defaults come from the dated rule."""

from dataclasses import dataclass, fields

from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused
from kini.core.dated_rules import rule_in_force
from kini.web.formats import today
from kini.wifi import config
from kini.wifi.inventory.queries import DETOUR
from kini.wifi.planning.models import Plan
from kini.wifi.schema import EQUITY, POINT_CAPACITY, POINT_COST, WALK_RADIUS, PlanEntry

#: Maximum number of points of a plan.
MOST_POINTS = 5_000


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Parameters of a plan; units as in `PlanEntry`.

    Attributes:
        points: maximum number of new points; `budget`: maximum cost, None: no limit.
    """

    points: int
    radius_m: int
    capacity: int
    cost: int
    budget: int | None
    equity: float
    anywhere: bool

    @property
    def metres(self) -> float:
        """The radius as straight-line distance."""
        return self.radius_m / DETOUR


def planning_rule() -> PlanEntry:
    """Return today's rule for choosing new points.

    Raises:
        ActionRefused: if the pack has none.
    """
    network = config.network()
    rule = rule_in_force(network.plans, today()) if network else None
    if rule is None:
        raise ActionRefused(_("The city's pack has no rule for choosing new points (wifi.yaml, plans)."))
    return rule


def validate_request(request: PlanRequest) -> None:
    """Validate a request.

    Raises:
        ActionRefused: with the valid range.
    """
    limits = (
        (request.points, (1, MOST_POINTS), _("Ask for 1 to %(most)d new points.") % {"most": MOST_POINTS}),
        (request.radius_m, WALK_RADIUS, _("Enter a walking distance of 50 to 5,000 metres.")),
        (request.capacity, POINT_CAPACITY, _("Enter 1 to 1,000,000 people for each point.")),
        (request.cost, POINT_COST, _("Enter the cost of a point as a whole number, 0 or more.")),
        (request.budget or 0, POINT_COST, _("Enter the budget as a whole number, 0 or more, or leave it empty.")),
        (request.equity, EQUITY, _("Enter an extra weight of 0 to 10 for a person in an area without points.")),
    )
    for value, (least, most), message in limits:
        if not least <= value <= most:
            raise ActionRefused(message)


def request_of(plan: Plan) -> PlanRequest:
    """Return the request of a stored plan."""
    return PlanRequest(points=plan.wanted, **{each.name: getattr(plan, each.name) for each in fields(PlanRequest)[1:]})
