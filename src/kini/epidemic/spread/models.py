"""Published figures: a row for each day of the whole city, and one for each period of its areas."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from kini.epidemic.spread.schema import AreasContent, DayContent

#: True for content in which some area or age group has one to four cases.
_SHOWS_SMALL_COUNT = (
    "jsonb_path_exists(%(expressions)s, '$.areas.*.cases ? (@ > 0 && @ < 5)')"
    " OR jsonb_path_exists(%(expressions)s, '$.ages.* ? (@ > 0 && @ < 5)')"
)


#: The disease as a range of one number, for which an exclusion constraint needs no extension.
_DISEASE = Func(
    F("disease"),
    template="int8range(hashtext(%(expressions)s), hashtext(%(expressions)s), '[]')",
    output_field=BigIntegerRangeField(),
)
_PERIOD = Func(F("first"), F("last"), template="daterange(%(expressions)s, '[]')", output_field=DateRangeField())


class PublishedDay(models.Model):
    """The whole city on a day; `DayContent`."""

    disease = models.CharField(max_length=60)
    day = models.DateField()
    content = models.JSONField()
    made_up = models.BooleanField(help_text="Computed from the demo's cases.")
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["disease", "day"], name="epidemic_published_day_once")]

    def read(self) -> DayContent:
        """Return the content with its types."""
        return DayContent.model_validate(self.content)


class PublishedAreas(models.Model):
    """Areas in a period (`AreasContent`). Periods of a disease do not overlap: see `spread.weekly_counts`.

    Attributes:
        settled: counts behind the content, with the hidden ones: they stay while they are nearly right.
    """

    disease = models.CharField(max_length=60)
    first = models.DateField()
    last = models.DateField()
    content = models.JSONField()
    settled: Any = models.JSONField(default=dict)
    made_up = models.BooleanField()
    published_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disease", "last"], name="epidemic_published_areas_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="epidemic_published_areas_in_order"),
            ExclusionConstraint(
                name="epidemic_published_areas_apart",
                expressions=[(_DISEASE, RangeOperators.OVERLAPS), (_PERIOD, RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=~Q(Func(F("content"), template=_SHOWS_SMALL_COUNT, output_field=models.BooleanField())),
                name="epidemic_published_areas_no_small_count",
            ),
        ]

    def read(self) -> AreasContent:
        """Return the content with its types."""
        return AreasContent.model_validate(self.content)
