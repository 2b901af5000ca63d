"""Queue of an officer and its counts, among the cases they may see."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from django.db import connection
from django.db.models import F, Q, QuerySet

from kini.cases import search_index
from kini.cases.access import has_conflict_of_interest
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.cases.queries.own import DEFERRED, DETAIL_COLUMNS
from kini.city import queries as city_queries
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.database.compiled_queries import NOW_PLACEHOLDER, CompiledSql, compile_query
from kini.core.database.fast_models import hydrate
from kini.people.models import Officer, Resident
from kini.people.public import Permission, desk_counts, permission_filters
from kini.services.public import snapshots_by_version

#: Columns of a row of the queue, without guests' keys.
QUEUE_COLUMNS = tuple(column for column in DETAIL_COLUMNS if column != "guest_key")

type View = Literal["due", "mine", "unassigned", "overdue", "at-risk", "waiting", "closed", "all"]
VIEWS: tuple[View, ...] = ("due", "mine", "unassigned", "overdue", "at-risk", "waiting", "closed", "all")
QUEUE_PAGE_SIZE = 50
_NEVER = "-"
_AREA, _ASSIGNEE, _RESIDENT = map(QUEUE_COLUMNS.index, ("area_id", "assignee_id", "resident_id"))

_NAME: Any = Resident._meta.get_field("name")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Filters of the queue.

    Attributes:
        view: due: all open ones; at-risk: near their end; waiting: those whose clock stands for the resident; all:
            ended ones too; the others as they say.
        public: a public state.
        area: an area's path; everything below it.
        text: a reference or its beginning, or words (`search_index.search_q`).
        after: cursor of the page before (`QueuePage.next`).
    """

    view: View = "due"
    service: str = ""
    public: str = ""
    area: str = ""
    text: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Page of the queue with the cursor of the next one ("" at the end)."""

    cases: list[Case]
    next: str


#: Sort column of each view; "-" for descending.
ORDERS = {"closed": "-closed_at", "all": "-opened_at"}


def queue_page(actor: Actor, filters: QueueFilters | None = None, size: int | None = None) -> QueuePage:
    """Return a page of the queue, by due date (closed and all: latest first).

    One query, two where cases with and without a due date meet.
    """
    filters, size = filters or QueueFilters(), size or QUEUE_PAGE_SIZE
    now, cases = current_time.now(), list[Case]()
    for words in _pages(actor, filters, size + 1):
        cases += [_in_queue(row) for row in words.rows(now)[: size + 1 - len(cases)]]
        if len(cases) > size:
            break
    snapshots_by_version(case.version_id for case in cases)  # read at once what the rows will say
    order = ORDERS.get(filters.view, "due_at")
    return QueuePage(cases[:size], _cursor(cases[size - 1], order) if len(cases) > size else "")


@lru_cache(maxsize=500)
def _pages(actor: Actor, filters: QueueFilters, most: int) -> tuple[CompiledSql, ...]:
    """Query each part of a page of the queue."""
    columns = _narrowed(visible_cases(actor), actor, filters, NOW_PLACEHOLDER).values_list(
        *QUEUE_COLUMNS, "assignee__name", "resident__name"
    )
    return tuple(
        compile_query(part[:most]) for part in _parts(columns, ORDERS.get(filters.view, "due_at"), filters.after)
    )


def _in_queue(row: Sequence[Any]) -> Case:
    """Build a case with the columns of a queue row."""
    *columns, officer, name = row
    area, assignee, resident = columns[_AREA], columns[_ASSIGNEE], columns[_RESIDENT]
    return hydrate(
        Case,
        QUEUE_COLUMNS,
        columns,
        area=city_queries.area(area, active=False) if area else None,
        assignee=hydrate(Officer, ("id", "name"), (assignee, officer)) if assignee else None,
        resident=hydrate(Resident, ("id", "name"), (resident, _clear(name))) if resident else None,
    )


def _clear(name: bytes | None) -> str:
    """Name of a resident as the ORM would read it."""
    return str(_NAME.from_db_value(name, None, connection))


#: Number of consecutive cases with a conflict of interest that `next_case` skips.
MAX_CONFLICTS = 5


def next_case(actor: Actor, filters: QueueFilters, case: Case) -> Case | None:
    """Return the case after this one in the queue, even if this one has left it; None after the last.

    Skips cases in which the officer has a conflict of interest.
    """
    order = ORDERS.get(filters.view, "due_at")
    others = _narrowed(visible_cases(actor), actor, filters).exclude(pk=case.pk).defer(*DEFERRED[:-1])
    for part in _parts(others, order, _cursor(case, order)):
        for each in part[:MAX_CONFLICTS]:
            if not has_conflict_of_interest(actor, each):
                return each
    return None


def _parts[R](cases: QuerySet[Case, R], order: str, cursor: str) -> Iterator[QuerySet[Case, R]]:
    """Rows after the cursor, in order, one part per index scan; an invalid cursor starts from the beginning."""
    column, back = order.removeprefix("-"), order.startswith("-")
    ordered = cases.order_by(F(column).desc() if back else F(column).asc(nulls_last=True), "-id" if back else "id")
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
    """Position in the queue: sort value (None: not due) and primary key of the last row."""

    at: datetime | None
    pk: int


def _cursor(case: Case, order: str) -> str:
    moment = getattr(case, order.removeprefix("-"))
    return f"{moment.isoformat() if moment else _NEVER}_{case.pk}"


def is_cursor(text: str) -> bool:
    """Return True if the text is a valid queue cursor."""
    return _read_cursor(text) is not None


def _read_cursor(cursor: str) -> _Cursor | None:
    moment, _line, number = cursor.rpartition("_")
    try:
        read = _Cursor(None if moment == _NEVER else datetime.fromisoformat(moment), int(number))
    except ValueError:
        return None
    return None if (read.at and read.at.tzinfo is None) or not 0 <= read.pk < 2**63 else read


#: Views of work to do, which are counted.
COUNTED_VIEWS = tuple(view for view in VIEWS if view not in ("closed", "all"))


def view_counts(actor: Actor) -> dict[View, int]:
    """Count the cases of each view up to MAX_COUNTED; closed cases are not counted. One query."""
    return dict(zip(COUNTED_VIEWS, filter_counts(actor, map(QueueFilters, COUNTED_VIEWS)), strict=True))


def view_cases(actor: Actor, view: View) -> QuerySet[Case]:
    """Cases of a view, with NOW_PLACEHOLDER for the current time, to be counted in the rail."""
    return _narrowed(visible_cases(actor), actor, QueueFilters(view), NOW_PLACEHOLDER)


def filter_counts(actor: Actor, filters: Iterable[QueueFilters]) -> list[int]:
    """Count the cases of each filter up to MAX_COUNTED. One query."""
    each_filter = tuple(filters)
    return list(_counts(actor, each_filter).rows(current_time.now())[0]) if each_filter else []


@lru_cache(maxsize=500)
def _counts(actor: Actor, filters: tuple[QueueFilters, ...]) -> CompiledSql:
    return desk_counts.count_each([_narrowed(visible_cases(actor), actor, each, NOW_PLACEHOLDER) for each in filters])


def visible_cases(actor: Actor, permission: Permission = CasePermission.SEE_CASES) -> QuerySet[Case]:
    """Cases over which an officer has the permission."""
    return Case.objects.filter(permission_filters.visible_cases_q(actor, permission))


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


def _narrowed(
    cases: QuerySet[Case], actor: Actor, filters: QueueFilters, now: datetime | None = None
) -> QuerySet[Case]:
    cases = cases.filter(_view_q(actor, filters.view, now or current_time.now()))
    if filters.service:
        cases = cases.filter(service_id=filters.service)
    if filters.public:
        cases = cases.filter(public=filters.public)
    if filters.area:
        cases = cases.filter(permission_filters.in_area_q(filters.area))
    if filters.text:
        cases = cases.filter(search_index.search_q(filters.text))
    return cases
