"""Retention of case records: as long as medical records, then removed with their history."""

from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.epidemic.case_records.models import CaseDispute, CaseExposure, CaseMerge, CaseRecord, HospitalStay, LabTest
from kini.people.public import legal_holds

#: Term of medical records (Permenkes 24/2022, article 39), counted from the last change.
TERM = 25 * YEAR


def _ended(before: datetime) -> QuerySet[CaseRecord]:
    """Records without a change since, to which no younger record is bound by a merge."""
    younger = CaseRecord.objects.filter(merged_into=OuterRef("pk"), updated_at__gte=before)
    rows = CaseRecord.objects.filter(updated_at__lt=before).exclude(merged_into__updated_at__gte=before)
    return rows.filter(~Exists(younger))


def remove_cases(cases: QuerySet[CaseRecord]) -> None:
    """Remove records with their history, tests, stays, exposures, merges and disputes."""
    keys = list(cases.values_list("pk", flat=True))
    bound = list(CaseRecord.objects.filter(merged_into__in=keys).values_list("pk", flat=True))
    keys = [*keys, *bound]
    with connection.cursor() as cursor:
        cursor.execute("SELECT epidemic_remove_history(%s)", [keys])
    CaseMerge.objects.filter(survivor__in=keys).delete()
    CaseMerge.objects.filter(absorbed__in=keys).delete()
    CaseExposure.objects.filter(source_case__in=keys).update(source_case=None)
    for model in (CaseDispute, LabTest, HospitalStay, CaseExposure):
        model._default_manager.filter(case__in=keys).delete()
    CaseRecord.objects.filter(pk__in=keys).update(merged_into=None)
    CaseRecord.objects.filter(pk__in=keys).delete()


def register() -> None:
    """Register the rules; called once at start."""
    basis = _("Medical records are kept for 25 years (Permenkes 24/2022)")
    for rule in (
        RetentionRule(
            "epidemic.cases",
            _("Case records: symptoms, tests, stays, outcome, with their history"),
            basis,
            TERM,
            row_removal(
                _ended,
                held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
                delete=remove_cases,
            ),
        ),
        RetentionRule(
            "epidemic.tests",
            _("Laboratory tests of persons who were no case"),
            basis,
            TERM,
            row_removal(
                lambda before: LabTest.objects.filter(case=None, received_at__lt=before),
                held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
            ),
        ),
    ):
        retention.rules.register(rule.name, rule)
