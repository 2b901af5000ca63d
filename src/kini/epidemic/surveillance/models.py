"""Figures from outside sources, declared levels, and the counted states of case records."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Area
from kini.people.models import User


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


class CountedState(models.Model):
    """A case record as it was counted from a day on, until it was counted otherwise; pseudonymous.

    A record has one open state at most. So the figures that were known on any day can be computed: states with
    `known_from` <= day < `known_until`. Filled by `surveillance.case_changes` only.
    """

    case_id = models.BigIntegerField(help_text="The record; it may be gone.")
    disease = models.CharField(max_length=60)
    classification = models.CharField(max_length=9)
    area = models.CharField(max_length=20)
    rw = models.CharField(max_length=3, blank=True)
    rt = models.CharField(max_length=3, blank=True)
    house = models.CharField(max_length=32, blank=True)
    age_group = models.PositiveSmallIntegerField(null=True, help_text="Least age of its five years; 80 and more: 80.")
    sex = models.CharField(max_length=6, blank=True)
    onset_on = models.DateField(null=True)
    specimen_on = models.DateField(null=True)
    reported_on = models.DateField()
    admitted_on = models.DateField(null=True)
    intensive_on = models.DateField(null=True)
    died_on = models.DateField(null=True)
    ended_on = models.DateField(null=True, help_text="Of any outcome.")
    infected_elsewhere = models.BooleanField()
    known_contact = models.BooleanField(help_text="Was a contact of a case before.")
    outside = models.BooleanField(help_text="Known elsewhere from its report on; a correction replaces its states.")
    known_from = models.DateField()
    known_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id"], condition=Q(known_until=None), name="epidemic_counted_state_one_open"
            ),
            models.CheckConstraint(
                condition=Q(known_until__gt=F("known_from")), name="epidemic_counted_state_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["known_from"], name="epidemic_counted_from"),
            models.Index(fields=["known_until"], name="epidemic_counted_until"),
        ]


class AreaAlert(models.Model):
    """More cases in an area and week than its past leads to expect; an officer judges it.

    One row for each area and week: a later run of the job updates the numbers of an open alert, and no other.
    """

    OPEN, REAL, FALSE = "open", "real", "false"
    STATES: ClassVar = [(each, each) for each in (OPEN, REAL, FALSE)]

    disease = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    week = models.DateField(help_text="First day.")
    cases = models.PositiveIntegerField()
    expected = models.FloatField(null=True)
    methods = models.JSONField(help_text="Bound that the cases exceeded, by method.")
    state = models.CharField(max_length=5, choices=STATES, default=OPEN)
    judged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disease", "area", "week"], name="epidemic_area_alert_once"),
            models.CheckConstraint(
                condition=Q(state="open", judged_at__isnull=True) | (~Q(state="open") & Q(judged_at__isnull=False)),
                name="epidemic_area_alert_judged_whole",
            ),
        ]
        indexes = [models.Index(fields=["disease", "week"], name="epidemic_area_alert_week")]


class Assessment(models.Model):
    """Quality of a method, measured on the past: coverage of the nowcast's intervals, false alarms of a year.

    Attributes:
        subject: "nowcast", or a method of alerts.
    """

    disease = models.CharField(max_length=60)
    subject = models.CharField(max_length=20)
    level = models.CharField(max_length=30, blank=True)
    measured_on = models.DateField()
    value = models.FloatField(help_text="Share of covered days, or false alarms a year and area.")
    cases = models.PositiveIntegerField(help_text="Days or weeks on which it was measured.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disease", "subject", "level", "measured_on"], name="epidemic_assessment_once"
            )
        ]
