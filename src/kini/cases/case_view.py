"""View model of a case page, for the resident or an officer. The only place that decides what each may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import access, case_answers, corrections, decisions, independence, rules
from kini.cases.models import Attachment, Case, TimelineEntry
from kini.cases.permissions import CasePermission
from kini.cases.transition_inputs import PAGES_TO_CORRECT, document_ids_in
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor, ActorKind
from kini.core.localized_text import Text
from kini.people.models import Officer
from kini.people.public import PeoplePermission
from kini.people.rules import may
from kini.services.public import FieldBase, ServiceSnapshot, kinds, snapshot_of


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer with its label and files. `hidden`: revealing it requires a reason."""

    name: str
    label: str
    text: str
    files: tuple[Attachment, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """Answers of one page. `open`: the resident may change them now."""

    page: str
    heading: str
    rows: tuple[AnswerRow, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Timeline entry as a sentence, with the inputs of the transition (label, text) and their files.

    Attributes:
        step: officers' name of the new state; empty if the state did not change.
    """

    number: int
    at: datetime
    sentence: str
    who: str
    said: tuple[tuple[str, str], ...]
    files: tuple[Attachment, ...]
    public: bool
    step: str


@dataclass(frozen=True, slots=True)
class MoveButton:
    """Move that the viewer may take, with its button label, and the path of the paper that it issues (or "")."""

    edge: rules.Edge
    label: str
    paper: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """Content of a case page.

    Attributes:
        hats: roles of the viewer towards the case (access.case_roles).
        title: title of the service, neutral if it is sensitive.
        word: the public word of the state; `now` the plain sentence about it.
        person: name of the resident; empty if the viewer may not see it.
        theirs: whether the viewer is its resident, not an officer.
        private: nothing about the person is shown to this viewer (reports).
        barred: moves that the viewer's roles may take, but not the viewer, with why (four eyes).
        panel: template and context of the kind's panel, or None.
    """

    case: Case
    case_roles: frozenset[str]
    snapshot: ServiceSnapshot
    title: Text
    word: str
    now: str
    person: str
    theirs: bool
    private: bool
    reading: rules.ClockReading
    stages: tuple[rules.Stage, ...]
    buttons: tuple[MoveButton, ...]
    barred: tuple[tuple[rules.Edge, str], ...]
    sections: tuple[AnswerSection, ...]
    lines: tuple[TimelineLine, ...]
    may_note: bool
    may_assign: bool
    may_transfer: bool
    may_look: bool
    quick_exit: bool
    panel: tuple[str, dict[str, Any]] | None

    @property
    def due_label(self) -> str:
        """Label of the due date: help is to be done, anything else decided."""
        gives = self.snapshot.definition.gives
        return _("To be done by") if gives and gives.type == "help" else _("To be decided by")

    @property
    def visited(self) -> list[str]:
        """Public states that the case was in."""
        return [stage.word.value for stage in self.stages if stage.place != "ahead"]

    @property
    def due_note(self) -> Text | str:
        """The service's note on its target."""
        target = self.snapshot.definition.target
        return (target.note if target else None) or ""


def case_view(actor: Actor, case: Case, guest_key: str = "", *, desk: bool = False) -> CaseView:
    """Build the page of a case (from queries.case_for) for a viewer who may see it. At most ten queries.

    Args:
        desk: it is shown to an officer at work, even when they helped its resident at a counter.
    """
    snapshot = snapshot_of(case.version)
    flow, kind, scope = snapshot.flow, kinds.get(case.kind), access.scope_of(case)
    case_roles = access.case_roles(actor, case, guest_key)
    theirs = not desk and (rules.RESIDENT in case_roles or not actor.is_officer)
    entries = list(TimelineEntry.objects.filter(case=case).order_by("number"))
    documents = {str(document.pk): document for document in case.documents.all() if document.sha256}
    hides = kind.private and not theirs
    state = flow.states[case.state]
    now = current_time.now()
    moves = rules.next_moves(flow, case.state, case_roles, case.closed_at, now)
    taken = _moves_of(actor, entries)
    barred = [edge for edge in moves if edge.independent_of & taken]
    return CaseView(
        case=case,
        case_roles=case_roles,
        snapshot=snapshot,
        title=kind.title(snapshot.definition),
        word=rules.public_word(case.public_state, case.outcome),
        now=str(state.does),
        person="" if hides or case.resident is None else case.resident.name,
        theirs=theirs,
        private=hides,
        reading=rules.read_clock(entries, flow, snapshot.definition.target, pack.current().calendar, now),
        stages=rules.progress(flow, entries),
        buttons=tuple(
            MoveButton(edge, rules.move_label(edge, snapshot.moves), decisions.paper_path(case, snapshot, edge))
            for edge in moves
            if edge not in barred
        ),
        barred=tuple((edge, independence.independence_notice(edge, taken, snapshot)) for edge in barred),
        sections=tuple(_sections(case, snapshot, documents, hides=hides, theirs=theirs)),
        lines=tuple(_lines(entries, snapshot, documents, actor, theirs)),
        may_note=may(actor, CasePermission.NOTE, scope) and not theirs,
        may_assign=may(actor, CasePermission.ASSIGN, scope) and not theirs and not case.closed_at,
        may_transfer=may(actor, CasePermission.TRANSFER, scope) and not theirs and not case.closed_at,
        may_look=may(actor, PeoplePermission.SEE_IDENTITY, scope) and not theirs,
        quick_exit=kind.quick_exit(snapshot.definition),
        panel=kind.panel(case),
    )


def _moves_of(actor: Actor, entries: Iterable[TimelineEntry]) -> frozenset[str]:
    """Moves that the actor took as an officer."""
    own = (entry for entry in entries if entry.actor_kind == ActorKind.OFFICER and entry.actor_id == actor.user_id)
    return frozenset(entry.move for entry in own) if actor.is_officer else frozenset()


def _sections(
    case: Case, snapshot: ServiceSnapshot, documents: Mapping[str, Attachment], *, hides: bool, theirs: bool
) -> Iterator[AnswerSection]:
    current = case_answers.of_case(case)
    open_now = theirs and rules.is_correctable(snapshot.flow, case.state)
    flagged = corrections.flagged_pages(case) if open_now else frozenset()
    for page in snapshot.pages:
        items = current.get(page.repeat.name) or [] if page.repeat else [current]
        rows = tuple(
            _row(name, field, item[name], documents, hides=hides, theirs=theirs)
            for item in items
            for name, field in page.fields.items()
            if item.get(name) is not None
        )
        may_change = open_now and (not flagged or page.key in flagged)
        if rows or may_change:
            yield AnswerSection(page.key, str(page.heading), rows, may_change)


def _row(
    name: str, field: FieldBase, value: Any, documents: Mapping[str, Attachment], *, hides: bool, theirs: bool
) -> AnswerRow:
    concealed = not theirs and case_answers.is_hidden(field, private=hides)
    if concealed and not field.is_sealed():
        return AnswerRow(name, str(field.label), _("Hidden"), hidden=True)
    files = tuple(documents[each] for each in document_ids_in(value) if each in documents)
    return AnswerRow(name, str(field.label), field.show(value), files, concealed)


def _lines(
    entries: Iterable[TimelineEntry],
    snapshot: ServiceSnapshot,
    documents: Mapping[str, Attachment],
    actor: Actor,
    theirs: bool,
) -> Iterator[TimelineLine]:
    shown = [entry for entry in entries if entry.public or not theirs]
    names = _officer_names(shown) if not theirs else {}
    for entry in shown:
        inputs = entry.data.get("given") or {}
        files = tuple(
            documents[each] for value in inputs.values() for each in document_ids_in(value) if each in documents
        )
        yield TimelineLine(
            entry.number,
            entry.at,
            rules.entry_sentence(entry, snapshot.flow),
            _who(entry, actor, names),
            tuple(step_inputs(inputs, snapshot)),
            files,
            entry.public,
            str(snapshot.flow.states[entry.to_state].name) if entry.to_state else "",
        )


def step_inputs(inputs: Mapping[str, Any], snapshot: ServiceSnapshot) -> Iterator[tuple[str, str]]:
    """Labelled inputs of a transition, without files."""
    for name, value in inputs.items():
        field = snapshot.inputs.get(name)
        if name == PAGES_TO_CORRECT:
            pages = [page for page in snapshot.pages if page.key in value]
            yield _("To be corrected"), ", ".join(str(page.heading) for page in pages)
        elif not document_ids_in(value):
            yield (str(field.label), field.show(value)) if field else (_("Message"), str(value))


def _who(entry: TimelineEntry, actor: Actor, names: Mapping[int, str]) -> str:
    match entry.actor_kind:
        case ActorKind.SYSTEM:
            return _("Automatically")
        case ActorKind.OFFICER:
            return names.get(entry.actor_id or 0) or _("An officer")
    return _("You") if entry.actor_id == actor.user_id else _("The resident")


def _officer_names(entries: Iterable[TimelineEntry]) -> dict[int, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_id and entry.actor_kind == ActorKind.OFFICER}
    return dict(Officer.objects.filter(user_id__in=ids).values_list("user_id", "name"))
