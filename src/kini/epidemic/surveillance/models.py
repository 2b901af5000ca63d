"""Figures of areas from outside sources, and levels that authorities declared."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Area


class AreaFigure(models.Model):
    """A figure of an area on a day from an outside source: new cases, deaths, people tested, doses, beds ...

    Figures are of that day alone unless the measure ends in "-total" (state at the end of the day). A corrected figure
    is another row with a later `known_on`; what was known on a day is the newest row until then.
    """

    source = models.CharField(max_length=80, help_text="Kind of import or publisher.")
    disease = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    measure = models.CharField(max_length=40, help_text="confirmed, deaths, recovered, tested, positive, admitted ...")
    day = models.DateField()
    value = models.FloatField()
    known_on = models.DateField()
    imported_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "disease", "measure", "area", "day", "known_on"], name="epidemic_figure_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="epidemic_figure_not_negative"),
        ]
        indexes = [models.Index(fields=["disease", "measure", "day"], name="epidemic_figure_day")]


class DeclaredLevel(models.Model):
    """A level of measures that an authority declared for an area, with its decree.

    `checked`: somebody compared it with the decree; pages say so when nobody did.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    disease = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True)
    name = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField(null=True)
    decree = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    checked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "disease", "since"], name="epidemic_declared_level_once"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="epidemic_declared_level_in_order"),
        ]
