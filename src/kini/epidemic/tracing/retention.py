"""Retention of contacts: 30 days after the follow-up; then their numbers stay without names."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.retention import RetentionRule, row_removal, rules
from kini.epidemic.tracing.models import Contact, ContactStatus, DailyCheck, FollowUp, TracingCount
from kini.people.public import legal_holds
from kini.web.formats import city_time

TERM = timedelta(days=30)


def ended_contacts(before: datetime) -> QuerySet[Contact]:
    """Return contacts whose follow-up, and whose days of follow-up, ended before a time."""
    return Contact.objects.filter(ended_at__lt=before, follow_up_until__lt=city_time(before).date())


def remove_contacts(contacts: QuerySet[Contact]) -> None:
    """Delete contacts with their exposures and checks, and add their numbers to `TracingCount`."""
    counts: Counter[tuple[str, str, date, str]] = Counter()
    seen = Counter(
        DailyCheck.objects.filter(contact__in=contacts, reached=True)
        .order_by()
        .values_list("contact_id", "day")
        .distinct()
        .values_list("contact_id", flat=True)
    )
    for each in contacts.select_related("unit"):
        assert each.ended_at
        key = each.disease, each.unit.area_id if each.unit else each.area_id, city_time(each.ended_at).date()
        measure = each.follow_up if each.status == ContactStatus.ACTIVE else each.status
        counts[*key, measure] += 1
        if each.follow_up in (FollowUp.COMPLETED, FollowUp.LOST):
            counts[*key, "days"] += (each.follow_up_until - each.last_exposure_on).days
            counts[*key, "seen"] += seen[each.pk]
    with transaction.atomic():
        for (disease, area, day, measure), count in sorted(counts.items()):
            row, made = TracingCount.objects.get_or_create(
                disease=disease, area_id=area, day=day, measure=measure, defaults={"count": count}
            )
            if not made:
                TracingCount.objects.filter(pk=row.pk).update(count=F("count") + count)
        contacts.delete()


def _held() -> Q:
    return Q(person__resident__in=legal_holds.held_resident_ids())


def register() -> None:
    """Register the rule; called once at start."""
    rule: Any = RetentionRule(
        "epidemic.contacts",
        _("Contacts of cases of illness: exposure, daily checks, quarantine"),
        _("Follow-up and 30 days for questions; then only numbers without names stay"),
        TERM,
        row_removal(ended_contacts, held=_held, delete=remove_contacts),
    )
    rules.register(rule.name, rule)
