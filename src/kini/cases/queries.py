"""Reads of cases: the officer's queue, a resident's cases, drafts, and what time has to move."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from secrets import compare_digest
from typing import Any, Literal

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Least

from kini.cases import rules, searching
from kini.cases.access import is_theirs, ours_q
from kini.cases.models import Apart, Case, Document, Draft, Rating
from kini.city import pack
from kini.city import queries as city_queries
from kini.core import moments
from kini.core.actors import Actor
from kini.core.database.worded import SOME_TIME, Worded, Words, words_of
from kini.core.geometry import EARTH_RADIUS_M, distance_m
from kini.people.filters import below, visible_cases_q
from kini.people.models import Officer, Resident
from kini.people.permissions import Permission
from kini.people.rules import may_somewhere
from kini.services.kinds import kinds
from kini.services.models import FlowEdge
from kini.services.versions import resolve, resolve_many

type View = Literal["due", "mine", "unassigned", "overdue", "at-risk", "waiting", "closed", "all"]
VIEWS: tuple[View, ...] = ("due", "mine", "unassigned", "overdue", "at-risk", "waiting", "closed", "all")
PAGE = 50
_NEVER = "-"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an officer wants to see.

    Attributes:
        view: due: all open ones; at-risk: near their end; waiting: those whose clock stands for the resident; all:
            ended ones too; the others as they say.
        public: a public state.
        area: an area's path; everything below it.
        text: a reference or its beginning, or words (searching.found_by).
        after: where the page before ended (Queue.next).
    """

    view: View = "due"
    service: str = ""
    public: str = ""
    area: str = ""
    text: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, and the cursor of the next one ("" at the end)."""

    cases: list[Case]
    next: str


#: By what each view is ordered; "-": the latest first.
ORDERS = {"closed": "-closed_at", "all": "-opened_at"}


def queue(actor: Actor, filters: Filters | None = None, size: int | None = None) -> Queue:
    """The cases that an officer may see, what is due first (ended ones and all: the latest first).

    One query; two where cases with and without a due date meet.
    """
    filters, size = filters or Filters(), size or PAGE
    now, cases = moments.now(), list[Case]()
    for words in _pages(actor, filters, size + 1):
        cases += [_in_queue(row) for row in words.rows(now)[: size + 1 - len(cases)]]
        if len(cases) > size:
            break
    resolve_many(case.version_id for case in cases)  # read at once what the rows will say
    order = ORDERS.get(filters.view, "due_at")
    return Queue(cases[:size], _cursor(cases[size - 1], order) if len(cases) > size else "")


@lru_cache(maxsize=500)
def _pages(actor: Actor, filters: Filters, most: int) -> tuple[Words, ...]:
    """The queries of a page of the queue, one for each part."""
    found = _narrowed(visible(actor), actor, filters, SOME_TIME).values_list(*TOLD, "assignee__name")
    return tuple(words_of(part[:most]) for part in _parts(found, ORDERS.get(filters.view, "due_at"), filters.after))


def _in_queue(row: Sequence[Any]) -> Case:
    """A case with what a row of the queue shows."""
    *columns, officer = row
    case = Case.from_db("default", TOLD, columns)
    case.area = city_queries.area(case.area_id, active=False) if case.area_id else None
    if case.assignee_id:
        case.assignee = Officer.from_db("default", ("id", "name"), (case.assignee_id, officer))
    return case


#: Cases of an officer's own that may follow each other before the next one of somebody else.
MOST_OWN = 5


def next_case(actor: Actor, filters: Filters, case: Case) -> Case | None:
    """The case that comes after this one in a queue, wherever this one stands by now; None behind the last.

    Those about the officer are passed over.
    """
    order = ORDERS.get(filters.view, "due_at")
    found = _narrowed(visible(actor), actor, filters).exclude(pk=case.pk).defer(*UNSHOWN[:-1])
    for part in _parts(found, order, _cursor(case, order)):
        for each in part[:MOST_OWN]:
            if not is_theirs(actor, each):
                return each
    return None


def _parts[R](found: QuerySet[Case, R], order: str, cursor: str) -> Iterator[QuerySet[Case, R]]:
    """The rows behind a cursor in their order, each part read along an index; a broken cursor begins anew."""
    column, back = order.removeprefix("-"), order.startswith("-")
    ordered = found.order_by(F(column).desc() if back else F(column).asc(nulls_last=True), "-id" if back else "id")
    read = _read_cursor(cursor)
    if read is None or (read.at is None and back):
        yield ordered
    elif read.at is None:
        yield ordered.filter(**{f"{column}__isnull": True}, pk__gt=read.pk)
    else:
        beyond, same = ("lt", "lte") if back else ("gt", "gte")
        tie = Q(**{f"{column}__{beyond}": read.at}) | Q(**{f"pk__{beyond}": read.pk})
        yield ordered.filter(tie, **{f"{column}__{same}": read.at})
        if not back:
            yield ordered.filter(**{f"{column}__isnull": True})


@dataclass(frozen=True, slots=True)
class _Cursor:
    """The last row of a page: when (None: not due), and its key."""

    at: datetime | None
    pk: int


def _cursor(case: Case, order: str) -> str:
    moment = getattr(case, order.removeprefix("-"))
    return f"{moment.isoformat() if moment else _NEVER}_{case.pk}"


def is_cursor(text: str) -> bool:
    """Whether a text is a cursor of a queue."""
    return _read_cursor(text) is not None


def _read_cursor(cursor: str) -> _Cursor | None:
    moment, _line, number = cursor.rpartition("_")
    try:
        read = _Cursor(None if moment == _NEVER else datetime.fromisoformat(moment), int(number))
    except ValueError:
        return None
    return None if (read.at and read.at.tzinfo is None) or not 0 <= read.pk < 2**63 else read


#: Counts of the rail stop here: more is "999+".
MOST_COUNTED = 1000


def counts(actor: Actor) -> dict[View, int]:
    """How many cases stand behind each view of the rail, up to MOST_COUNTED; ended ones aside. One query."""
    views = [view for view in VIEWS if view not in ("closed", "all")]
    return dict(zip(views, count(actor, map(Filters, views)), strict=True))


def count(actor: Actor, filters: Iterable[Filters]) -> list[int]:
    """How many cases fit each of these filters, up to MOST_COUNTED. One query.

    Each is counted by itself, so that each is read along its own index and no further than it must.
    """
    asked = tuple(filters)
    return list(_counts(actor, asked).rows(moments.now())[0]) if asked else []


@lru_cache(maxsize=500)
def _counts(actor: Actor, filters: tuple[Filters, ...]) -> Words:
    """The query that counts."""
    found = [
        words_of(_narrowed(visible(actor), actor, each, SOME_TIME).order_by().values("pk")[:MOST_COUNTED])
        for each in filters
    ]
    # The queries are the ORM's own, with their parameters apart.
    columns = [f"(SELECT count(*) FROM ({each.sql}) AS found)" if each.sql else "0" for each in found]  # noqa: S608
    return Words(f"SELECT {', '.join(columns)}", tuple(value for each in found for value in each.parameters))


def visible(actor: Actor, permission: Permission = Permission.SEE_CASES) -> QuerySet[Case]:
    """The cases over which an officer has the permission."""
    return Case.objects.filter(visible_cases_q(actor, permission))


#: What no row of a list shows.
UNSHOWN = ("answers", "sealed", "head", "seal", "search", "version__content")


def _listed(found: QuerySet[Case]) -> QuerySet[Case]:
    """With what a row of a resident's list shows, and without what it does not."""
    related = found.select_related("service", "version", "area", "unit", "assignee", "agency", "resident")
    return related.defer(*UNSHOWN, "service__search", "service__search_text")


def _view_q(actor: Actor, view: View, now: datetime) -> Q:
    is_open = Q(closed_at__isnull=True)
    match view:
        case "mine":
            return is_open & Q(assignee__user_id=actor.user_id)
        case "unassigned":
            return is_open & Q(assignee__isnull=True, paused_at__isnull=True)
        case "overdue":
            return is_open & Q(due_at__lt=now)
        case "waiting":
            return is_open & Q(paused_at__isnull=False)
        case "at-risk":
            return is_open & Q(paused_at__isnull=True, at_risk_at__lt=now, due_at__gte=now)
        case "closed":
            return Q(closed_at__isnull=False)
        case "all":
            return Q()
    return is_open


def _narrowed(found: QuerySet[Case], actor: Actor, filters: Filters, now: datetime | None = None) -> QuerySet[Case]:
    found = found.filter(_view_q(actor, filters.view, now or moments.now()))
    if filters.service:
        found = found.filter(service_id=filters.service)
    if filters.public:
        found = found.filter(public=filters.public)
    if filters.area:
        found = found.filter(below(filters.area))
    if filters.text:
        found = found.filter(searching.found_by(filters.text))
    return found


#: A case of which its resident may still hear: open, or joined to one that is.
GOING_ON = Q(closed_at__isnull=True) | Q(leader__isnull=False, leader__closed_at__isnull=True)
#: How far apart, in metres and in days, two reports may lie that could be the same thing; and how many are compared.
NEAR_METRES, NEAR_DAYS = 100.0, 14
MOST_READ, MOST_ALIKE = 40, 5


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case that may be the same thing as another one, and how many metres lie between them."""

    case: Case
    metres: float | None


def alike(actor: Actor, case: Case) -> list[Alike]:
    """Open cases of the same service, among those an officer sees, that may be the same thing; the nearest first.

    Those that an officer once kept apart are not among them. At most one query, read along the index of the resident's
    cases or of places.
    """
    by_place = kinds.get(case.kind).alike == "place"
    if case.closed_at or (case.latitude if by_place else case.resident_id) is None:
        return []
    found = visible(actor).filter(closed_at__isnull=True, service_id=case.service_id).exclude(pk=case.pk)
    found = found.filter(_near_q(case) if by_place else Q(resident_id=case.resident_id))
    if actor.user_id:
        found = found.exclude(ours_q(actor.user_id))
    known = Apart.objects.filter(first=Least(OuterRef("pk"), case.pk), later=Greatest(OuterRef("pk"), case.pk))
    found = found.exclude(Exists(known)).select_related("version").defer(*UNSHOWN).order_by("-opened_at")
    alike = [Alike(each, distance(case, each)) for each in found[:MOST_READ]]
    close = [each for each in alike if not by_place or (each.metres or 0.0) <= NEAR_METRES]
    return sorted(close, key=lambda each: each.metres or 0.0)[:MOST_ALIKE]


def _near_q(case: Case) -> Q:
    """Cases in the square around a case, opened at nearly the same time."""
    latitude, longitude = case.latitude or 0.0, case.longitude or 0.0
    north = math.degrees(NEAR_METRES / EARTH_RADIUS_M)
    east = north / max(math.cos(math.radians(latitude)), 0.01)
    span = timedelta(days=NEAR_DAYS)
    return Q(
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
        opened_at__range=(case.opened_at - span, case.opened_at + span),
    )


def distance(one: Case, other: Case) -> float | None:
    """Metres between the places of two cases; None when one of them has no place."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return distance_m((one.latitude, one.longitude), (other.latitude, other.longitude))


def my_cases(actor: Actor) -> QuerySet[Case]:
    """The cases of a resident and of those for whom they act, latest first."""
    if actor.user_id is None:
        return Case.objects.none()
    return _listed(Case.objects.filter(ours_q(actor.user_id))).order_by("-opened_at", "-pk")


def own_case(actor: Actor, reference: str, guest_key: str = "") -> Case:
    """A case of the actor's own, or one opened by its secret key, with what is told of it. One query.

    Raises:
        Case.DoesNotExist: when there is none, or it is somebody else's.
    """
    rows = _ours(user=actor.user_id, reference=reference) if actor.user_id else []
    rows = rows or (_keyed(key=guest_key, reference=reference) if guest_key else [])
    if not rows:
        raise Case.DoesNotExist
    *columns, resident, name = rows[0]
    case = Case.from_db("default", TOLD, columns)
    if resident:
        case.resident = Resident.from_db("default", ("id", "name"), (resident, name))
    return _placed(case)


#: What is told of a case, by column.
TOLD = tuple(
    field.attname
    for field in Case._meta.concrete_fields
    if field.name not in ("answers", "sealed", "head", "seal", "search")
)
_PERSON = ("resident__id", "resident__name")


@Worded
def _ours(user: int, reference: str) -> QuerySet[Case, Any]:
    return Case.objects.filter(ours_q(user), reference=reference).values_list(*TOLD, *_PERSON)


@Worded
def _keyed(key: str, reference: str) -> QuerySet[Case, Any]:
    return Case.objects.filter(guest_key=key, reference=reference).values_list(*TOLD, *_PERSON)


def _placed(case: Case) -> Case:
    """The case with its agency, unit and area as the process holds them."""
    case.agency = city_queries.agency(case.agency_id)
    case.unit = city_queries.unit(case.unit_id) if case.unit_id else None
    case.area = city_queries.area(case.area_id, active=False) if case.area_id else None
    return case


def own_page(actor: Actor, after: tuple[datetime, int] | None, count: int) -> list[Case]:
    """The actor's own cases, latest first, behind the one that was opened at that moment. One query."""
    found = Case.objects.filter(ours_q(actor.user_id or 0)).defer("answers", "sealed", "head", "seal")
    if after:
        found = found.filter(Q(opened_at__lt=after[0]) | Q(opened_at=after[0], pk__lt=after[1]))
    return list(found.order_by("-opened_at", "-pk")[:count])


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """What somebody began and has not sent in, latest first."""
    theirs = Q(owner_id=actor.user_id) if actor.user_id else Q(owner__isnull=True, session=actor.session or None)
    waiting = Draft.objects.filter(theirs, case__isnull=True, expires_at__gt=moments.now())
    return waiting.select_related("version__service", "resident").defer("version__content").order_by("-updated_at")


def draft_for(actor: Actor, pk: Any, guest_key: str = "") -> Draft:
    """A draft of the actor, sent in or not.

    Raises:
        Draft.DoesNotExist: when there is none, or it is somebody else's.
    """
    found = Draft.objects.select_related("version__service", "case", "resident__area").defer("version__content")
    theirs = Q(owner_id=actor.user_id) if actor.user_id else Q(pk__in=())
    if actor.session:
        theirs |= Q(owner__isnull=True, session=actor.session)
    if actor.user_id:
        theirs |= Q(case__in=my_cases(actor).values("pk"))
    if guest_key:
        theirs |= Q(case__guest_key=guest_key)
    return found.filter(theirs).get(pk=pk)


def case_for(actor: Actor, reference: str, guest_key: str = "") -> Case:
    """A case that the actor may see: their own, one within an officer's grants, or one opened by its secret link.

    Raises:
        Case.DoesNotExist: when there is none, or it is not theirs to see.
    """
    related = ("service", "version", "area", "unit", "agency", "assignee", "resident__area", "resident__user")
    without = ("version__content", "search", "service__search", "service__search_text")
    case = Case.objects.select_related(*related).defer(*without).get(reference=reference)
    if case.guest_key and guest_key and compare_digest(case.guest_key, guest_key):
        return case
    if sees(actor, case):
        return case
    raise Case.DoesNotExist


def sees(actor: Actor, case: Case) -> bool:
    """Whether a case is among those an actor may see (a guest's link aside)."""
    ours = ours_q(actor.user_id) if actor.user_id else Q(pk__in=())
    helps = may_somewhere(actor, Permission.APPLY_FOR_OTHERS) and actor.user_id
    helped = Q(submitted_by_id=actor.user_id) if helps else Q(pk__in=())
    return Case.objects.filter(ours | helped | visible_cases_q(actor, Permission.SEE_CASES), pk=case.pk).exists()


def document_for(actor: Actor, pk: Any, guest_key: str = "") -> Document:
    """A document of a case or draft that the actor may see.

    Raises:
        Document.DoesNotExist: when there is none, or it is not theirs to see.
    """
    document = Document.objects.select_related("case", "draft").get(pk=pk)
    try:
        if document.case:
            case_for(actor, document.case.reference, guest_key)
        else:
            draft_for(actor, document.draft_id, guest_key)
    except (Case.DoesNotExist, Draft.DoesNotExist):
        raise Document.DoesNotExist from None
    return document


def rating_of(case: Case) -> Rating | None:
    """What its resident thinks of the end that a case has now."""
    return Rating.objects.filter(case=case, closed_at=case.closed_at).first() if case.closed_at else None


def can_be_rated(case: Case) -> bool:
    """Whether the city has decided it, and its resident has not yet said how that went."""
    return case.outcome in rules.RATED_OUTCOMES and rating_of(case) is None


def own_document(case: Case, pk: Any) -> Document:
    """A document of one's own case, or of the draft in which it is corrected.

    Raises:
        Document.DoesNotExist: when there is none.
    """
    return Document.objects.get(Q(case=case) | Q(draft__case=case), pk=pk)


def due_edges() -> Iterator[int]:
    """Ids of cases that have stood in a state for as long as its `after` says."""
    now, calendar = moments.now(), pack.current().calendar
    standing = Case.objects.filter(
        version=OuterRef("version"), state=OuterRef("state"), state_since__lte=now - timedelta(hours=23)
    )
    for edge in (
        FlowEdge.objects.filter(Exists(standing), move=rules.AFTER).select_related("version").defer("version__content")
    ):
        after = resolve(edge.version).flow.states[edge.state].after
        waiting = Case.objects.filter(version=edge.version, state=edge.state).order_by("pk")
        for pk, since in waiting.values_list("pk", "state_since"):
            if after and calendar.add(since, "days", after.days) <= now:
                yield pk
