"""Queries of records: members, emergency accesses to judge, consents in force."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast

from django.db.models import F, Model, OuterRef, Q, QuerySet, Subquery

from kini.city.models import Unit
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.dated_rules import filter_in_force
from kini.people.public import household_of, permission_filters
from kini.records import rules
from kini.records.models import BreakGlass, ConsentStatement, Membership
from kini.records.permissions import RecordPermission
from kini.records.policies import policy_of
from kini.web.formats import city_time

OF_RECORD = permission_filters.ScopeColumns(service="service")
OF_OFFICER = permission_filters.ScopeColumns("officer_agency_id", "", "")


def members_of(record: Model) -> QuerySet[Membership]:
    """Return the team of a record now, by name."""
    policy = policy_of(type(record))
    return _by_name(Membership.objects.filter(record_type=policy.name, record_id=str(record.pk)))


def members_at(facility: Unit) -> QuerySet[Membership]:
    """Return the members of a facility now, by name."""
    return _by_name(Membership.objects.filter(facility=facility))


def _by_name(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    current = memberships.filter(in_force_q())
    return current.select_related("officer__agency").order_by("officer__name", "pk")


def in_force_q(prefix: str = "") -> Q:
    """Condition on memberships in force now; `prefix` leads to them from another model ("members__")."""
    now = current_time.now()
    ends = Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gt": now})
    return ends & Q(**{f"{prefix}since__lte": now})


def accesses_to_review(by: Actor) -> QuerySet[BreakGlass]:
    """Return the emergency accesses that an officer may judge: those not judged first, oldest first."""
    review = RecordPermission.REVIEW_BREAK_GLASS
    seen = permission_filters.visible_cases_q
    theirs = seen(by, review, OF_RECORD) | seen(by, review, OF_OFFICER)
    household = household_of(by.user_id)
    involved = Q(officer__user_id__in=[by.user_id, *household.accounts]) | Q(subject_id__in=household.residents)
    accesses = (
        BreakGlass.objects.filter(theirs).exclude(involved).select_related("officer__agency", "agency", "reviewer")
    )
    return accesses.order_by(F("reviewed_at").desc(nulls_first=True), "opened_at")


def unreviewed(by: Actor) -> QuerySet[BreakGlass]:
    """Return the emergency accesses that wait for an officer's judgement."""
    return accesses_to_review(by).filter(reviewed_at=None)


def open_accesses(by: Actor) -> QuerySet[BreakGlass]:
    """Return an officer's emergency accesses that are open now, newest first."""
    opened = BreakGlass.objects.filter(officer__user_id=by.user_id or 0, until__gt=current_time.now())
    return opened.order_by("-opened_at")


def newest_statement(
    resident: int, purpose: str, reference: str = "", at: datetime | None = None
) -> ConsentStatement | None:
    """Return the newest statement about a consent, of all or made by a moment; None when there is none."""
    rows = ConsentStatement.objects.filter(resident_id=resident, purpose=purpose, reference=reference)
    return (filter_in_force(rows, at) if at else rows.order_by("-since")[:1]).first()


def is_consent_in_force(resident: int, purpose: str, at: datetime | None = None, *, reference: str = "") -> bool:
    """Return True if a consent is in force at a moment (default: now). Ask it again for each use: it may be withdrawn.

    Args:
        resident: id of the person.
    """
    at = at or current_time.now()
    newest = newest_statement(resident, purpose, reference, at)
    return rules.is_consent_in_force([newest] if newest else [], at, city_time(at).date())


def with_consent[M: Model](
    rows: QuerySet[M],
    purpose: str,
    at: datetime | None = None,
    *,
    resident: str = "resident_id",
    reference: str | OuterRef = "",
) -> QuerySet[M]:
    """Return the rows whose person's consent is in force: the SQL twin of `rules.is_consent_in_force`.

    Args:
        resident: column with the person's id.
        reference: the one thing it is for; a column of the rows as `OuterRef("reference")`.
    """
    at = at or current_time.now()
    statements = ConsentStatement.objects.filter(resident_id=OuterRef(resident), purpose=purpose, reference=reference)
    newest: Any = Subquery(filter_in_force(statements, at).values("last_day"))
    stated: Any = rows.alias(_consent=newest)
    return cast("QuerySet[M]", stated.filter(_consent__gte=city_time(at).date()))


def consents_of(residents: Iterable[int]) -> list[tuple[ConsentStatement, bool]]:
    """Return the newest statement about each consent of some people, newest first, and whether it is in force."""
    today: date = city_time(current_time.now()).date()
    statements = ConsentStatement.objects.filter(resident__in=list(residents)).select_related("resident", "officer")
    newest = statements.order_by("resident", "purpose", "reference", "-since").distinct(
        "resident", "purpose", "reference"
    )
    rows = sorted(newest, key=lambda each: each.since, reverse=True)
    return [(each, each.last_day is not None and today <= each.last_day) for each in rows]
