"""Reads of cases: the officer's queue, a resident's cases, drafts, and what time has to move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import compare_digest
from typing import Any, Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from kini.cases import rules
from kini.cases.access import ours_q
from kini.cases.models import Case, Document, Draft
from kini.city import pack
from kini.core import moments, references
from kini.core.actors import Actor
from kini.people.filters import visible_cases_q
from kini.people.permissions import Permission
from kini.people.rules import may_somewhere
from kini.services.models import FlowEdge
from kini.services.versions import resolve

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
        text: a reference or a part of it, or words in the names of service and area.
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


def queue(actor: Actor, filters: Filters | None = None) -> Queue:
    """The cases that an officer may see, what is due first (closed ones: latest first). One query."""
    filters = filters or Filters()
    found = _narrowed(_visible(actor), actor, filters)
    closed = filters.view == "closed"
    column = "closed_at" if closed else "due_at"
    found = found.filter(_after(column, filters.after)) if filters.after else found
    order = (F(column).desc(), "-id") if closed else (F(column).asc(nulls_last=True), "id")
    cases = list(_listed(found).order_by(*order)[: PAGE + 1])
    return Queue(cases[:PAGE], _cursor(cases[PAGE - 1], column) if len(cases) > PAGE else "")


def counts(actor: Actor) -> dict[View, int]:
    """How many cases stand behind each view of the rail, closed ones aside. One query."""
    views = [view for view in VIEWS if view not in ("closed", "all")]
    numbers = (
        _visible(actor)
        .filter(closed_at__isnull=True)
        .aggregate(**{view: Count("pk", filter=_view_q(actor, view)) for view in views})
    )
    return {view: numbers[view] for view in views}


def _visible(actor: Actor) -> QuerySet[Case]:
    return Case.objects.filter(visible_cases_q(actor, Permission.SEE_CASES))


def _listed(found: QuerySet[Case]) -> QuerySet[Case]:
    """With what a row shows, and without what it does not."""
    related = found.select_related("service", "version", "area", "unit", "assignee", "agency", "resident")
    return related.defer(
        "answers", "sealed", "head", "seal", "service__search", "service__search_text", "version__content"
    )


def _view_q(actor: Actor, view: View) -> Q:
    is_open = Q(closed_at__isnull=True)
    match view:
        case "mine":
            return is_open & Q(assignee__user_id=actor.user_id)
        case "unassigned":
            return is_open & Q(assignee__isnull=True, paused_at__isnull=True)
        case "overdue":
            return is_open & Q(due_at__lt=moments.now())
        case "waiting":
            return is_open & Q(paused_at__isnull=False)
        case "at-risk":
            now = moments.now()
            return is_open & Q(paused_at__isnull=True, at_risk_at__lt=now, due_at__gte=now)
        case "closed":
            return Q(closed_at__isnull=False)
        case "all":
            return Q()
    return is_open


def _narrowed(found: QuerySet[Case], actor: Actor, filters: Filters) -> QuerySet[Case]:
    found = found.filter(_view_q(actor, filters.view))
    if filters.service:
        found = found.filter(service_id=filters.service)
    if filters.public:
        found = found.filter(public=filters.public)
    if filters.area:
        found = found.filter(Q(area_path=filters.area) | Q(area_path__startswith=f"{filters.area}/"))
    if filters.text:
        found = found.filter(_text_q(filters.text))
    return found


def _text_q(text: str) -> Q:
    """Cases with that reference, however it was typed, or whose service and area are called so. Never who asked."""
    if read := references.read(pack.current().reference_prefix, text):
        return Q(reference=read)
    named = Q()
    for word in text.lower().split():
        named &= Q(service__search_text__icontains=word) | Q(area__name__icontains=word)
    return Q(reference__icontains=text.strip()) | named


def _cursor(case: Case, column: str) -> str:
    moment = getattr(case, column)
    return f"{moment.isoformat() if moment else _NEVER}_{case.pk}"


def _after(column: str, cursor: str) -> Q:
    """Rows behind a cursor; a broken one begins anew."""
    moment, _line, number = cursor.rpartition("_")
    try:
        pk, at = int(number), None if moment == _NEVER else datetime.fromisoformat(moment)
    except ValueError:
        return Q()
    if (at is None and column == "closed_at") or (at and at.tzinfo is None):
        return Q()
    if column == "closed_at":
        return Q(closed_at__lt=at) | Q(closed_at=at, pk__lt=pk)
    if at is None:
        return Q(due_at__isnull=True, pk__gt=pk)
    return Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk) | Q(due_at__isnull=True)


def my_cases(actor: Actor) -> QuerySet[Case]:
    """The cases of a resident and of those for whom they act, latest first."""
    if actor.user_id is None:
        return Case.objects.none()
    return _listed(Case.objects.filter(ours_q(actor.user_id))).order_by("-opened_at", "-pk")


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
    without = ("version__content", "service__search", "service__search_text")
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
