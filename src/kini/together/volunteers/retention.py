"""Retention of shifts, volunteers and their screenings."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import DAY, YEAR, RetentionRule, row_removal
from kini.people.public import legal_holds
from kini.together.volunteers.models import ChildrenScreening, Shift, ShiftRole, SignUp, Volunteer


def _held(column: str) -> Q:
    return Q(**{f"{column}__in": legal_holds.held_resident_ids()})


def _delete_shifts(rows: QuerySet[Shift]) -> None:
    keys = list(rows.values_list("pk", flat=True))
    with transaction.atomic():
        SignUp.objects.filter(shift__in=keys).delete()
        ShiftRole.objects.filter(shift__in=keys).delete()
        Shift.objects.filter(pk__in=keys).delete()


def register() -> None:
    """Register the rules; called once at start."""
    for rule in (
        RetentionRule(
            "together.shifts",
            _("Shifts with those who signed up, counted from their end"),
            _("Hours can be certified for three years"),
            3 * YEAR,
            row_removal(
                lambda before: Shift.objects.filter(ends_at__lt=before),
                held=lambda: Q(pk__in=SignUp.objects.filter(_held("volunteer__resident")).values("shift")),
                delete=_delete_shifts,
            ),
        ),
        RetentionRule(
            "together.volunteers",
            _("Volunteers without a shift, with their emergency contact, counted from their record"),
            _("Nobody has to be called any more"),
            180 * DAY,
            row_removal(
                lambda before: Volunteer.objects.filter(sign_ups=None, created_at__lt=before),
                held=lambda: _held("resident"),
            ),
        ),
        RetentionRule(
            "together.screenings",
            _("Screenings of volunteers for work with children, counted from their last day"),
            _("Who was allowed to work with children can be examined for a year"),
            YEAR,
            row_removal(
                lambda before: ChildrenScreening.objects.filter(valid_until__lt=before.date()),
                held=lambda: _held("volunteer__resident"),
            ),
        ),
    ):
        retention.rules.register(rule.name, rule)
