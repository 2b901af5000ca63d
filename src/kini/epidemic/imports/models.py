"""Figures of regions outside of the city, for comparison: other provinces, the country."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class RegionFigure(models.Model):
    """A figure of a region outside of the city on a day; as `AreaFigure`, which is of areas of the city."""

    source = models.CharField(max_length=80, help_text="Kind of import or publisher.")
    disease = models.CharField(max_length=60)
    region = models.CharField(max_length=120, help_text="Name.")
    measure = models.CharField(max_length=40)
    day = models.DateField()
    value = models.FloatField()
    known_on = models.DateField()
    imported_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "disease", "measure", "region", "day", "known_on"], name="epidemic_region_figure_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="epidemic_region_figure_not_negative"),
        ]
        indexes = [models.Index(fields=["disease", "measure", "day"], name="epidemic_region_figure_day")]
