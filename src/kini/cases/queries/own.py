"""A resident's own cases, drafts and ratings."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from kini.cases import rules
from kini.cases.access import own_or_family_q
from kini.cases.models import Attachment, Case, Draft, Rating
from kini.city import queries as city_queries
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate
from kini.people.models import Resident

#: Columns of a case shown to its resident.
DETAIL_COLUMNS = tuple(
    field.attname
    for field in Case._meta.concrete_fields
    if field.name not in ("answers", "sealed", "head", "seal", "search")
)
#: Columns that no list shows.
DEFERRED = ("answers", "sealed", "head", "seal", "search", "version__content")

#: Cases that can still change: open, or merged into an open one.
STILL_OPEN = Q(closed_at__isnull=True) | Q(merged_into__isnull=False, merged_into__closed_at__isnull=True)


def my_cases(actor: Actor) -> QuerySet[Case]:
    """Cases of a resident and of those for whom they act, latest first."""
    if actor.user_id is None:
        return Case.objects.none()
    return _listed(Case.objects.filter(own_or_family_q(actor.user_id))).order_by("-opened_at", "-pk")


def own_case(actor: Actor, reference: str, guest_key: str = "") -> Case:
    """Return the actor's own case, or one opened by its secret key, with its details. One query.

    Raises:
        Case.DoesNotExist: when there is none, or it is somebody else's.
    """
    rows = _ours(user=actor.user_id, reference=reference) if actor.user_id else []
    for key in _GUEST_KEY.forms(guest_key) if guest_key and not rows else ():
        rows = rows or _keyed(key=key, reference=reference)
    if not rows:
        raise Case.DoesNotExist
    *columns, resident, name = rows[0]
    person = hydrate(Resident, ("id", "name"), (resident, name)) if resident else None
    return _placed(hydrate(Case, DETAIL_COLUMNS, columns, resident=person))


_PERSON = ("resident__id", "resident__name")
_GUEST_KEY = Case._meta.get_field("guest_key")


@CompiledQuery
def _ours(user: int, reference: str) -> QuerySet[Case, Any]:
    return Case.objects.filter(own_or_family_q(user), reference=reference).values_list(*DETAIL_COLUMNS, *_PERSON)


@CompiledQuery
def _keyed(key: bytes, reference: str) -> QuerySet[Case, Any]:
    return Case.objects.filter(guest_key=key, reference=reference).values_list(*DETAIL_COLUMNS, *_PERSON)


def _placed(case: Case) -> Case:
    """Attach agency, unit and area from the process cache."""
    case.agency = city_queries.agency(case.agency_id)
    case.unit = city_queries.unit(case.unit_id) if case.unit_id else None
    case.area = city_queries.area(case.area_id, active=False) if case.area_id else None
    return case


def own_cases_page(actor: Actor, after: tuple[datetime, int] | None, count: int) -> list[Case]:
    """Return the actor's own cases opened before a moment, latest first. One query."""
    cases = Case.objects.filter(own_or_family_q(actor.user_id or 0)).defer("answers", "sealed", "head", "seal")
    if after:
        cases = cases.filter(Q(opened_at__lt=after[0]) | Q(opened_at=after[0], pk__lt=after[1]))
    return list(cases.order_by("-opened_at", "-pk")[:count])


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """Drafts of the actor that were not submitted, latest first."""
    theirs = Q(owner_id=actor.user_id) if actor.user_id else Q(owner__isnull=True, session=actor.session or None)
    waiting = Draft.objects.filter(theirs, case__isnull=True, expires_at__gt=current_time.now())
    return waiting.select_related("version__service", "resident").defer("version__content").order_by("-updated_at")


def _listed(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Load the columns of a row in a resident's list, and no others."""
    related = cases.select_related("service", "version", "area", "unit", "assignee", "agency", "resident")
    return related.defer(*DEFERRED, "service__search", "service__search_text")


def current_rating(case: Case) -> Rating | None:
    """The resident's rating of the case's present ending."""
    return Rating.objects.filter(case=case, closed_at=case.closed_at).first() if case.closed_at else None


def can_be_rated(case: Case) -> bool:
    """Return True if the city decided the case and its resident has not rated it yet."""
    return case.outcome in rules.RATED_OUTCOMES and not case.anonymised_at and current_rating(case) is None


def own_document(case: Case, pk: Any) -> Attachment:
    """Attachment of the actor's own case, or of the draft of its correction.

    Raises:
        Attachment.DoesNotExist: when there is none.
    """
    return Attachment.objects.get(Q(case=case) | Q(draft__case=case), pk=pk)
