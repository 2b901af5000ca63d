"""Models of network plans, which officers compare."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from kini.city.models import ON_EARTH, Agency, Area


class Plan(models.Model):
    """A request for new points (`plan_request.PlanRequest`) and, once computed, its result (`planner.PlanResult`).

    Attributes:
        begun_at, ended_at: last start by a worker, and end.
        problem: reason why there is no result, for officers; otherwise empty.
        areas: as in `PlanResult`.
    """

    name = models.CharField(max_length=80)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    wanted = models.PositiveIntegerField()
    radius_m = models.PositiveIntegerField()
    capacity = models.PositiveIntegerField()
    cost = models.PositiveBigIntegerField()
    budget = models.PositiveBigIntegerField(null=True)
    equity = models.FloatField()
    anywhere = models.BooleanField()

    standing = models.PositiveIntegerField(null=True)
    candidates = models.PositiveIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    served = models.PositiveIntegerField(null=True)
    gained = models.PositiveIntegerField(null=True)
    reachable = models.PositiveIntegerField(null=True)
    objective = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    seconds = models.FloatField(null=True)
    areas: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(begun_at__isnull=False, ended_at__gte=F("begun_at")),
                name="wifi_plan_begins_first",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, problem="", objective__isnull=True)
                | Q(ended_at__isnull=False, problem="", objective__isnull=False)
                | (Q(ended_at__isnull=False, objective__isnull=True) & ~Q(problem="")),
                name="wifi_plan_ends_with_result_or_problem",
            ),
            models.CheckConstraint(condition=Q(bound__gte=F("objective")), name="wifi_plan_bound_holds"),
            models.CheckConstraint(
                condition=Q(gained__lte=F("reachable"), reachable__lte=F("people") - F("served")),
                name="wifi_plan_counts_fit",
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="wifi_plan_agency")]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        """People who had no point within reach."""
        return (self.people or 0) - (self.served or 0)

    @property
    def gap(self) -> float:
        """Relative gap between the objective and its proven bound."""
        return self.bound / self.objective - 1 if self.objective and self.bound else 0.0


class PlannedPoint(models.Model):
    """A new point of a plan.

    Attributes:
        place: rank; 1 serves the most people.
        name, kind: empty if a building is still to be found.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="points")
    place = models.PositiveIntegerField()
    code = models.CharField(max_length=130)
    name = models.CharField(max_length=160, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    latitude = models.FloatField()
    longitude = models.FloatField()
    cost = models.PositiveBigIntegerField()
    people = models.PositiveIntegerField()
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "place"], name="wifi_planned_place"),
            models.UniqueConstraint(fields=["plan", "code"], name="wifi_planned_code"),
            models.CheckConstraint(condition=Q(people__gt=0), name="wifi_planned_serves"),
            models.CheckConstraint(condition=ON_EARTH, name="wifi_planned_on_earth"),
        ]
