"""What people are told about cases: residents of every step, in a plain sentence; officers when a note names them."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kini.cases import rules
from kini.cases.events import CaseMoved, CaseOpened, CaseTold, OfficersMentioned
from kini.cases.models import Case, TimelineEntry
from kini.city import pack
from kini.core.actors import system
from kini.core.events import listens
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.recipients import Person
from kini.messages.sorts import Sort, sorts
from kini.people import queries as people_queries
from kini.people.events import UnusualAccess
from kini.people.models import Officer
from kini.people.permissions import Permission
from kini.services.kinds import kinds
from kini.services.versions import Resolved, resolve
from kini.web import formats

BY = system("notices")
EXAMPLE = "KINI-7F3K-9Q2M"


def register() -> None:
    """Register what this room tells; called once, when the room is ready."""
    step = Sort(
        "case-step",
        gettext_lazy("When something happened to a case"),
        {
            "title": gettext_lazy("Birth certificate"),
            "reference": EXAMPLE,
            "state": gettext_lazy("In progress"),
            "sentence": gettext_lazy("Your papers are being checked."),
            "act": gettext_lazy("Open the case: something is asked of you."),
        },
        gettext_lazy("{title}: {state}"),
        gettext_lazy("{title} ({reference}): {sentence} {act}"),
    )
    mention = Sort(
        "case-mention",
        gettext_lazy("When an officer is named in a colleague's note"),
        {"name": gettext_lazy("A colleague"), "reference": EXAMPLE},
        gettext_lazy("{name} mentions you"),
        gettext_lazy("{name} mentions you in a note on {reference}. Read it at the desk."),
    )
    unusual = Sort(
        "access-unusual",
        gettext_lazy("When an officer of one's agency reads unusually many people's data"),
        {"name": gettext_lazy("A colleague"), "count": gettext_lazy("120 things"), "day": gettext_lazy("1 December")},
        gettext_lazy("{name}: unusually much reading"),
        gettext_lazy(
            "{name} opened {count} on {day}, far more than usual. See the report at the desk, and ask the officer."
        ),
    )
    for sort in (step, mention, unusual):
        sorts.register(sort.id, sort)


@listens(CaseOpened, name="cases.notify_opened")
def tell_opened(event: CaseOpened) -> None:
    """Tell the resident that the case is there, and its reference."""
    _tell(event.reference, 1)


@listens(CaseMoved, name="cases.notify_moved")
def tell_moved(event: CaseMoved) -> None:
    """Tell the resident what happened, unless they did it themselves."""
    _tell(event.reference, event.entry)


@listens(CaseMoved, name="cases.notify_duplicates")
def tell_followers(event: CaseMoved) -> None:
    """Tell those whose cases were joined to this one what happened to it."""
    entry = _entry(event.reference, event.entry)
    if entry is None or not entry.public:
        return
    related = ("resident__user", "submitted_by")
    for follower in Case.objects.filter(leader=entry.case).select_related(*related).defer("answers", "sealed"):
        _send(follower, entry)


@listens(CaseTold, name="cases.notify_entry")
def tell_told(event: CaseTold) -> None:
    """Tell the resident what another room did."""
    _tell(event.reference, event.entry)


@listens(OfficersMentioned, name="cases.notify_mentioned")
def tell_mentioned(event: OfficersMentioned) -> None:
    """Tell officers that a colleague names them in a note; what it says they read at the desk."""
    entry = TimelineEntry.objects.select_related("case").get(case__reference=event.reference, number=event.entry)
    for officer in Officer.objects.filter(pk__in=event.officers, active=True).select_related("user"):
        to = Person(officer.user)
        with translation.override(to.language):
            writer = people_queries.officer_names([entry.actor_id]).get(entry.actor_id or 0) or _("A colleague")
        messages.tell(
            by=BY,
            to=to,
            sort="case-mention",
            key=f"mention:{event.reference}:{event.entry}",
            words={"name": writer, "reference": event.reference},
            link=reverse("cases:desk-case", args=[event.reference]),
            about=_about(entry.case),
        )


@listens(UnusualAccess, name="cases.notify_heads")
def tell_heads(event: UnusualAccess) -> None:
    """Tell those who manage the officers of an agency that one of them reads unusually much; not that one."""
    officer = Officer.objects.select_related("agency").get(pk=event.officer)
    day = date.fromisoformat(event.day)
    heads = people_queries.officers_over(Scope(officer.agency_id), Permission.MANAGE_OFFICERS)
    for head in (
        Officer.objects.filter(pk__in=[each.pk for each in heads]).exclude(pk=officer.pk).select_related("user")
    ):
        to = Person(head.user)
        with translation.override(to.language):
            words = {"name": officer.name, "count": _read_words(event), "day": formats.day(day)}
        messages.tell(
            by=BY,
            to=to,
            sort="access-unusual",
            key=f"access:{event.officer}:{event.day}:{'looks' if event.looks else 'reads'}",
            words=words,
            link=f"{reverse('cases:desk-access')}?day={event.day}",
            about=messages.About(officer.agency_id, "", ""),
        )


def _read_words(event: UnusualAccess) -> str:
    if event.looks:
        words = ngettext("%(count)d hidden answer or identity", "%(count)d hidden answers or identities", event.looks)
        return words % {"count": event.looks}
    words = ngettext("%(count)d case, document or profile", "%(count)d cases, documents or profiles", event.reads)
    return words % {"count": event.reads}


def _entry(reference: str, number: int) -> TimelineEntry | None:
    found = TimelineEntry.objects.select_related("case__version", "case__resident__user", "case__submitted_by")
    return found.defer("case__version__content").filter(case__reference=reference, number=number).first()


def _tell(reference: str, number: int) -> None:
    entry = _entry(reference, number)
    if entry is None or not entry.public:
        return
    # At a counter or by phone it was an officer who sent the case in: what they do next is news to the resident.
    own_step = entry.sort == "moved" and entry.actor_id is not None and entry.actor_id == entry.case.submitted_by_id
    if not own_step or entry.case.channel in ("counter", "phone"):
        _send(entry.case, entry)


def _send(case: Case, entry: TimelineEntry) -> None:
    """Tell whoever asked for `case` of an entry of its timeline, or of that of the case that it was joined to."""
    if case.resident is None:
        return
    resolved, kind = resolve(entry.case.version), kinds.get(entry.case.kind)
    state = resolved.flow.states[entry.to_state or entry.case.state]
    asked = state.by == rules.RESIDENT and not state.end and case == entry.case
    to = person_of(case)
    with translation.override(to.language):
        words = {
            "title": str(kind.title(resolved.definition)),
            "reference": case.reference,
            "state": rules.public_word(state.public.value),
            "sentence": neutral(entry, resolved, quiet=kind.quick_exit(resolved.definition)),
            "act": _("Open the case: something is asked of you.") if asked else "",
        }
    messages.tell(
        by=BY,
        to=to,
        sort="case-step",
        key=f"case:{entry.case.reference}:{entry.number}" + ("" if case == entry.case else f":{case.reference}"),
        words=words,
        link=reverse("cases:case", args=[case.reference]),
        urgent=bool(kind.call(resolved.definition)),
        needed_by=_needed_by(entry, resolved) if asked else None,
        about=_about(case),
    )


def person_of(case: Case) -> Person:
    """Who follows the case: its resident, or whoever applied for a member of the family without an account."""
    resident = case.resident
    for_family = case.submitted_by if case.channel == "web" else None
    return Person((resident.user if resident else None) or for_family, resident)


def _about(case: Case) -> messages.About:
    return messages.About(case.agency_id, case.area_path, case.service_id)


def neutral(entry: TimelineEntry, resolved: Resolved, *, quiet: bool) -> str:
    """What happened; of a sensitive service only the public word, as somebody else may read the message."""
    if quiet:
        return rules.public_word(resolved.flow.states[entry.to_state or entry.case.state].public.value) + "."
    return rules.sentence(entry, resolved.flow)


def _needed_by(entry: TimelineEntry, resolved: Resolved) -> datetime | None:
    """When time takes the step if the resident does nothing."""
    after = resolved.flow.states[entry.to_state].after if entry.to_state else None
    return pack.current().calendar.add(entry.at, "days", after.days) if after else None
