"""Lists of own cases and drafts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.cases import queries, read_log, rules
from kini.cases.models import Case, Draft
from kini.cases.pages.guards import guest_keys
from kini.core import current_time
from kini.core.localized_text import Text
from kini.people.queries import actor_for
from kini.services.public import kinds, snapshot_of
from kini.web import formats

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class CaseRow:
    """Row of a case."""

    case: Case
    title: Text
    note: str
    needs_you: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Row of a draft."""

    draft: Draft
    title: Text
    behalf: str


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Page of the visitor's drafts, open cases and closed cases."""
    cases = own_cases(request)
    ended = Paginator(cases.exclude(queries.STILL_OPEN), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "drafts": list(draft_rows(request)),
        "open": sorted(case_rows(request, cases.filter(queries.STILL_OPEN)), key=lambda row: not row.needs_you),
        "ended": list(case_rows(request, ended)),
        "ended_page": ended,
    }
    return render(request, "cases/mine.html", context)


def own_cases(request: HttpRequest) -> QuerySet[Case]:
    """The visitor's cases, latest first, including guest cases whose keys this browser holds."""
    mine = queries.my_cases(actor_for(request))
    if keys := guest_keys(request):
        ours = Q(pk__in=mine.values("pk")) if request.user.is_authenticated else Q(pk__in=())
        mine = Case.objects.filter(ours | Q(reference__in=keys, guest_key__in=keys.values()))
        mine = mine.order_by("-opened_at", "-pk").defer("answers", "sealed", "head", "seal")
    return mine.select_related("service", "version", "resident", "merged_into").defer(
        "version__content", "answers", "sealed"
    )


def case_rows(request: HttpRequest, cases: Iterable[Case]) -> Iterator[CaseRow]:
    for case in cases:
        snapshot = snapshot_of(case.version)
        state = snapshot.flow.states[case.state]
        title = kinds.get(case.kind).title(snapshot.definition)
        yield CaseRow(case, title, _note(request, case), state.by == rules.RESIDENT and not state.end)


def _note(request: HttpRequest, case: Case) -> str:
    """Person it is for (unless oneself), and due date or delay."""
    parts = []
    if case.resident and case.resident.user_id != request.user.pk and case.resident.name:
        parts.append(_("for %(name)s") % {"name": case.resident.name})
    if case.merged_into:
        parts.append(_("merged with what others reported"))
    elif case.closed_at:
        parts.append(formats.day(case.closed_at))
    elif case.due_at and not case.paused_at:
        late = case.due_at < current_time.now()
        parts.append(formats.due_words(case.due_at) if late else _("by %(day)s") % {"day": formats.day(case.due_at)})
    elif facts := kinds.get(case.kind).message_facts(case):
        parts.append(facts[0][1])
    return ", ".join(parts)


def draft_rows(request: HttpRequest) -> Iterator[DraftRow]:
    actor = actor_for(request)
    if actor.user_id is None and not actor.session:
        return
    drafts = list(queries.drafts_of(actor).defer("version__content", "answers", "sealed"))
    read_log.log_drafts(actor, drafts)
    for draft in drafts:
        kind = kinds.find(draft.version.service.kind)
        definition = snapshot_of(draft.version).definition
        other = draft.resident and draft.resident.user_id != actor.user_id
        behalf = draft.resident.name if draft.resident and other else ""
        yield DraftRow(draft, kind.title(definition) if kind else definition.name, behalf)
