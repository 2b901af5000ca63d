"""Notifications about cases: to residents of every step, to officers of mentions, to heads of unusual reading."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kini.cases import rules
from kini.cases.case_view import step_inputs
from kini.cases.events import CaseMoved, CaseOpened, OfficersMentioned, TimelineEntryAdded
from kini.cases.models import Case, TimelineEntry
from kini.city.public import pack
from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.events import UnusualAccess
from kini.people.models import Officer
from kini.people.public import PeoplePermission
from kini.services.public import ServiceSnapshot, State, kinds, snapshot_of
from kini.web import formats

BY = system("notices")
EXAMPLE = "KINI-7F3K-9Q2M"
MOST_DETAILS = 600


def register() -> None:
    """Register this room's message types. Called once from `AppConfig.ready`."""
    step = MessageType(
        "case-step",
        gettext_lazy("When something happened to a case"),
        {
            "title": gettext_lazy("Birth certificate"),
            "reference": EXAMPLE,
            "state": gettext_lazy("In progress"),
            "sentence": gettext_lazy("Your documents are being checked."),
            "details": gettext_lazy("Message: Bring the original."),
            "until": gettext_lazy("To be decided by 4 December 2026."),
            "address": f"https://kini.example/cases/{EXAMPLE}/",
        },
        gettext_lazy("{title}: {state}"),
        gettext_lazy("{title} ({reference}): {sentence} {details} {until} {address}"),
    )
    mention = MessageType(
        "case-mention",
        gettext_lazy("When an officer is named in a colleague's note"),
        {"name": gettext_lazy("A colleague"), "reference": EXAMPLE},
        gettext_lazy("{name} mentions you"),
        gettext_lazy("{name} mentions you in a note on {reference}. Read it at the desk."),
    )
    unusual = MessageType(
        "access-unusual",
        gettext_lazy("When an officer of your agency reads the data of unusually many people"),
        {"name": gettext_lazy("A colleague"), "count": gettext_lazy("120 things"), "day": gettext_lazy("1 December")},
        gettext_lazy("{name}: unusually many reads"),
        gettext_lazy(
            "{name} opened {count} on {day}, far more than usual. See the report at the desk, and ask the officer."
        ),
    )
    for message_type in (step, mention, unusual):
        message_types.register(message_type.id, message_type)


@subscribe(CaseOpened, name="cases.notify_opened")
def notify_opened(event: CaseOpened) -> None:
    """Notify the resident that the case was opened."""
    _tell(event.reference, 1)


@subscribe(CaseMoved, name="cases.notify_moved")
def notify_moved(event: CaseMoved) -> None:
    """Notify the resident of a step, unless they took it themselves."""
    _tell(event.reference, event.entry)


@subscribe(CaseMoved, name="cases.notify_duplicates")
def notify_duplicates(event: CaseMoved) -> None:
    """Notify the residents of merged duplicates of a step."""
    entry = _entry(event.reference, event.entry)
    if entry is None or not entry.public:
        return
    related = ("resident__user", "submitted_by")
    for duplicate in Case.objects.filter(merged_into=entry.case).select_related(*related).defer("answers", "sealed"):
        _send(duplicate, entry)


@subscribe(TimelineEntryAdded, name="cases.notify_entry")
def notify_entry_added(event: TimelineEntryAdded) -> None:
    """Notify the resident of an entry that another room added."""
    _tell(event.reference, event.entry)


@subscribe(OfficersMentioned, name="cases.notify_mentioned")
def notify_mentioned(event: OfficersMentioned) -> None:
    """Notify officers that a note mentions them. The message does not contain the note."""
    entry = TimelineEntry.objects.select_related("case").get(case__reference=event.reference, number=event.entry)
    for officer in Officer.objects.filter(pk__in=event.officers, active=True).select_related("user"):
        to = Recipient(officer.user)
        with translation.override(to.language):
            writer = people_queries.officer_names([entry.actor_id]).get(entry.actor_id or 0) or _("A colleague")
        messages.notify(
            by=BY,
            to=to,
            message_type="case-mention",
            key=f"mention:{event.reference}:{event.entry}",
            words={"name": writer, "reference": event.reference},
            link=reverse("cases:desk-case", args=[event.reference]),
            about=_about(entry.case),
        )


@subscribe(UnusualAccess, name="cases.notify_heads")
def notify_heads(event: UnusualAccess) -> None:
    """Notify the managers of an agency's officers, except the officer concerned, of unusual reading."""
    officer = Officer.objects.select_related("agency").get(pk=event.officer)
    day = date.fromisoformat(event.day)
    heads = people_queries.officers_with_permission(Scope(officer.agency_id), PeoplePermission.MANAGE_OFFICERS)
    for head in (
        Officer.objects.filter(pk__in=[each.pk for each in heads]).exclude(pk=officer.pk).select_related("user")
    ):
        to = Recipient(head.user)
        with translation.override(to.language):
            words = {"name": officer.name, "count": _read_words(event), "day": formats.day(day)}
        messages.notify(
            by=BY,
            to=to,
            message_type="access-unusual",
            key=f"access:{event.officer}:{event.day}:{'looks' if event.looks else 'reads'}",
            words=words,
            link=f"{reverse('cases:desk-access')}?day={event.day}",
            about=messages.MessageScope(officer.agency_id, "", ""),
        )


def _read_words(event: UnusualAccess) -> str:
    if event.looks:
        words = ngettext("%(count)d hidden answer or identity", "%(count)d hidden answers or identities", event.looks)
        return words % {"count": event.looks}
    words = ngettext("%(count)d case, document or profile", "%(count)d cases, documents or profiles", event.reads)
    return words % {"count": event.reads}


def _entry(reference: str, number: int) -> TimelineEntry | None:
    entries = TimelineEntry.objects.select_related("case__version", "case__resident__user", "case__submitted_by")
    return entries.defer("case__version__content").filter(case__reference=reference, number=number).first()


def _tell(reference: str, number: int) -> None:
    entry = _entry(reference, number)
    if entry is None or not entry.public:
        return
    # At a counter or by phone an officer submitted the case, so the resident must hear of that officer's steps.
    own_step = entry.sort == "moved" and entry.actor_id is not None and entry.actor_id == entry.case.submitted_by_id
    own_step = own_step and entry.move != rules.OBJECT  # that an objection arrived is worth a message
    if not own_step or entry.case.channel in ("counter", "phone"):
        _send(entry.case, entry)


def _send(case: Case, entry: TimelineEntry) -> None:
    """Notify the applicant of `case` about a timeline entry of that case, or of the case it was merged into."""
    if case.resident is None:
        return
    snapshot, kind = snapshot_of(entry.case.version), kinds.get(entry.case.kind)
    state = snapshot.flow.states[entry.to_state or entry.case.state]
    must_act = state.by == rules.RESIDENT and not state.end and case == entry.case
    to = recipient_of(case)
    with translation.override(to.language):
        quiet = kind.quick_exit(snapshot.definition)
        words = {
            "title": _title_for(case, to, str(kind.title(snapshot.definition)), quiet=quiet),
            "reference": case.reference,
            "state": _("Your action is needed") if must_act else _word(state),
            "sentence": neutral_sentence(entry, snapshot, quiet=quiet),
            "details": "" if quiet else _details(entry, snapshot),
            "until": _until(entry, snapshot, must_act=must_act),
            "address": f"{settings.ENV.address}{reverse('cases:case', args=[case.reference])}",
        }
    messages.notify(
        by=BY,
        to=to,
        message_type="case-step",
        key=f"case:{entry.case.reference}:{entry.number}" + ("" if case == entry.case else f":{case.reference}"),
        words=words,
        link=reverse("cases:case", args=[case.reference]),
        urgent=bool(kind.emergency_channel(snapshot.definition)),
        needed_by=_needed_by(entry, snapshot) if must_act else None,
        about=_about(case),
    )


def _title_for(case: Case, to: Recipient, title: str, *, quiet: bool) -> str:
    """Title of the service, with the person for whom somebody in the family applied."""
    resident = case.resident
    on_behalf = resident and resident.name and to.user and resident.user_id != to.user.pk and not quiet
    return _("%(title)s for %(name)s") % {"title": title, "name": resident.name} if on_behalf and resident else title


def _details(entry: TimelineEntry, snapshot: ServiceSnapshot) -> str:
    """Inputs of the step and facts of the kind (day, hour, place, amount), each with its label."""
    told = [(label, text) for label, text in step_inputs(entry.data.get("given") or {}, snapshot) if text]
    facts = kinds.get(entry.case.kind).message_facts(entry.case) if entry.to_state else []
    lines = (f"{label}: {text}" for label, text in (*facts, *told))
    return " ".join(line if line.endswith((".", "!", "?")) else f"{line}." for line in lines)[:MOST_DETAILS]


def _until(entry: TimelineEntry, snapshot: ServiceSnapshot, *, must_act: bool) -> str:
    """Day by which the person must act, or the city decides; empty if none is promised."""
    case, target = entry.case, snapshot.definition.target
    if must_act:
        limit = _needed_by(entry, snapshot)
        return _("Do it by %(day)s.") % {"day": formats.day(limit)} if limit else ""
    if not entry.to_state or case.state != entry.to_state or case.closed_at or case.paused_at or not case.due_at:
        return ""
    if target and target.confidence == "low":
        return _("Expected by %(day)s, not yet confirmed.") % {"day": formats.moment(case.due_at)}
    return _("To be decided by %(day)s.") % {"day": formats.moment(case.due_at)}


def recipient_of(case: Case) -> Recipient:
    """Recipient of messages about the case: the resident, or who applied for a family member without an account."""
    resident = case.resident
    for_family = case.submitted_by if case.channel == "web" else None
    return Recipient((resident.user if resident else None) or for_family, resident)


def _about(case: Case) -> messages.MessageScope:
    return messages.MessageScope(case.agency_id, case.area_path, case.service_id)


def neutral_sentence(entry: TimelineEntry, snapshot: ServiceSnapshot, *, quiet: bool) -> str:
    """Return the entry's sentence; for a sensitive service only the public word, since others may read the message."""
    if quiet:
        return f"{_word(snapshot.flow.states[entry.to_state or entry.case.state])}."
    return rules.entry_sentence(entry, snapshot.flow)


def _word(state: State) -> str:
    """The public word of a state; of its outcome where the case ended without a decision."""
    return rules.public_word(state.public.value, state.outcome or "")


def _needed_by(entry: TimelineEntry, snapshot: ServiceSnapshot) -> datetime | None:
    """Time at which the timed transition is taken if the resident does nothing."""
    after = snapshot.flow.states[entry.to_state].after if entry.to_state else None
    return pack.current().calendar.add(entry.at, "days", after.days) if after else None
