"""Retention of drafts, presences, batch moves, and of answers and documents of ended cases."""

from collections import defaultdict
from datetime import datetime, timedelta

import structlog
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.cases import actions
from kini.cases.models import BatchMove, Case, Draft, Presence
from kini.core.actors import ActionRefused, system
from kini.core.retention import DAY, YEAR, Removal, RetentionRule, row_removal, rules, term_of
from kini.people.public import legal_holds
from kini.services.models import Service
from kini.services.public import Kind, kinds, snapshots_by_version

BY = system("retention")
ANSWERS = "cases.answers"
CASES_AT_ONCE = 100

log = structlog.get_logger("kini.cases")


def _drafts(before: datetime) -> QuerySet[Draft]:
    over = Q(case__isnull=True) | Q(case__closed_at__isnull=False)
    return Draft.objects.filter(over, expires_at__lte=before)


def _bulks(before: datetime) -> QuerySet[BatchMove]:
    over = Q(ended_at__isnull=False) | Q(taken_back_at__isnull=False)
    return BatchMove.objects.filter(over, made_at__lt=before)


def _past(before: datetime) -> QuerySet[Case]:
    """Ended cases past their retention period. `before` applies to services without a period of their own."""
    now = before + term_of(rules.get(ANSWERS))
    due = Q(pk__in=())
    for years, services in _services_by_term().items():
        due |= Q(service__in=services, closed_at__lt=now - years * YEAR if years else before)
    return Case.objects.filter(due, closed_at__isnull=False, anonymised_at=None)


def _services_by_term() -> dict[int, list[str]]:
    """Services by retention in years; 0 for the rule's own period."""
    by_term: dict[int, list[str]] = defaultdict(list)
    rows = list(Service.objects.values_list("pk", "kind", "current_id"))
    snapshot = snapshots_by_version(current for _pk, _kind, current in rows if current)
    for pk, kind, current in rows:
        own = snapshot[current].definition.retention if current else None
        by_term[own.years if own else _years_of(kind)].append(pk)
    return by_term


def _years_of(kind: str) -> int:
    """Retention in years that a kind sets, if it differs from the default."""
    known = kinds.find(kind)
    return known.retention_years if known and known.retention_years != Kind.retention_years else 0


def _held() -> Q:
    on_hold = Q(resident__isnull=False, resident_id__in=legal_holds.held_resident_ids())
    return on_hold | Q(reference__in=legal_holds.held_case_references())


def _anonymise(before: datetime) -> int:
    """Anonymise a batch of cases, each in its own savepoint: one failure does not stop the others."""
    removed = 0
    for case in _past(before).exclude(_held()).order_by("pk")[:CASES_AT_ONCE]:
        try:
            actions.anonymise(by=BY, case=case)
            removed += 1
        except ActionRefused as refusal:
            log.warning("a case past its term stays", case=case.reference, reason=str(refusal))
    return removed


def register() -> None:
    """Register the retention rules. Called once from `AppConfig.ready`."""
    for rule in (
        RetentionRule(
            "cases.drafts",
            _("Applications that were started and not sent, with their files"),
            _("Not needed thirty days after the last answer"),
            timedelta(),
            Removal(lambda before: _drafts(before).count(), lambda before: actions.delete_expired_drafts(by=BY)),
        ),
        RetentionRule(
            "cases.presences",
            _("Which officer has a case open"),
            _("No longer needed"),
            timedelta(),
            row_removal(lambda before: Presence.objects.filter(until__lt=before)),
            transient=True,
        ),
        RetentionRule(
            "cases.bulks",
            _("Lists of cases that an officer moved in one step"),
            _("The timeline of each case records its outcome"),
            30 * DAY,
            row_removal(_bulks),
        ),
        RetentionRule(
            ANSWERS,
            _("Answers, documents and what was written in ended cases; number, state and dates stay"),
            _("The city must be able to show how it decided; a service may name its own law"),
            5 * YEAR,
            Removal(
                lambda before: _past(before).exclude(_held()).count(),
                _anonymise,
                lambda before: _past(before).filter(_held()).count(),
            ),
        ),
    ):
        rules.register(rule.name, rule)
