"""Personal data of the waiting list of today, and how long its rows are kept."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import DAY, RetentionRule, row_removal
from kini.people.public import (
    DataRecord,
    DataSubject,
    LegalBasis,
    PersonalDataCategory,
    legal_holds,
    personal_data_categories,
)
from kini.vaccination.sites.models import StandbyRequest


def _requests(subject: DataSubject) -> Iterator[DataRecord]:
    own = StandbyRequest.objects.filter(Q(user=subject.user) | Q(person__resident=subject.resident)).select_related(
        "site"
    )
    for each in own.order_by("made_at"):
        yield {"campaign": each.campaign, "place": each.site.name, "day": each.day, "state": each.state}


def register() -> None:
    """Register category and retention; called once at start."""
    category = PersonalDataCategory(
        "vaccination.standby",
        _("Waiting list for vaccines that are left over"),
        _("That you want to be called at the end of a day, for which campaign and place"),
        _("So that no vaccine is thrown away"),
        LegalBasis.CONSENT,
        _("You, and vaccinators of the place"),
        {"campaign": _("Campaign"), "place": _("Place"), "day": _("Day"), "state": _("State")},
        _requests,
        rules=("vaccination.standby",),
        stays=_("It is deleted by itself after a week. You can leave the list at any time."),
    )
    personal_data_categories.register(category.name, category)
    rule = RetentionRule(
        "vaccination.standby",
        _("Waiting list for vaccines that are left over, counted from its day"),
        _("Nobody needs it after the day; a week is for complaints"),
        7 * DAY,
        row_removal(
            lambda before: StandbyRequest.objects.filter(made_at__lt=before),
            held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
        ),
    )
    retention.rules.register(rule.name, rule)
