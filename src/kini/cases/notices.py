"""A resident hears of every step: one plain sentence by phone or e-mail, neutral where the service is sensitive.

Officers hear when a colleague mentions them.
"""

from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.events import CaseMoved, CaseOpened, CaseTold, OfficersMentioned
from kini.cases.models import Case, TimelineEntry
from kini.city import pack
from kini.core.delivery import send_text
from kini.core.events import listens
from kini.core.models import OutboxMessage
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.services.kinds import kinds
from kini.services.versions import resolve


@listens(CaseOpened)
def tell_opened(event: CaseOpened) -> None:
    """Tell the resident that the case is there, and its reference."""
    _tell(event.reference, 1)


@listens(CaseMoved)
def tell_moved(event: CaseMoved) -> None:
    """Tell the resident what happened, unless they did it themselves."""
    _tell(event.reference, event.entry)


@listens(CaseMoved)
def tell_followers(event: CaseMoved) -> None:
    """Tell those whose cases were joined to this one what happened to it."""
    entry = _entry(event.reference, event.entry)
    if entry is None or not entry.public:
        return
    related = ("resident__user", "submitted_by")
    for follower in Case.objects.filter(leader=entry.case).select_related(*related).defer("answers", "sealed"):
        if reached := _reach(follower):
            channel, recipient, language = reached
            with translation.override(language):
                subject, text = _words(entry.case, entry, follower.reference)
            _send_once(entry, channel, recipient, subject, text)


@listens(CaseTold)
def tell_told(event: CaseTold) -> None:
    """Tell the resident what another room did."""
    _tell(event.reference, event.entry)


@listens(OfficersMentioned)
def tell_mentioned(event: OfficersMentioned) -> None:
    """Tell officers that a colleague names them in a note; what it says they read at the desk."""
    entry = TimelineEntry.objects.select_related("case").get(case__reference=event.reference, number=event.entry)
    writer = people_queries.officer_names([entry.actor_id]).get(entry.actor_id or 0) or _("A colleague")
    for officer in Officer.objects.filter(pk__in=event.officers, active=True).select_related("user"):
        user = officer.user
        with translation.override(user.language or pack.current().languages[0]):
            words = {"name": writer, "reference": event.reference}
            subject = _("%(name)s mentions you") % words
            text = _("%(name)s mentions you in a note on %(reference)s. Read it at the desk.") % words
        channel, recipient = ("sms", user.phone) if user.phone else ("email", user.email or "")
        _send_once(entry, channel, recipient, subject, text)


def _send_once(entry: TimelineEntry, channel: str, recipient: str, subject: str, text: str) -> None:
    """An event may be heard twice; the same words about the same entry are sent once."""
    if not OutboxMessage.objects.filter(recipient=recipient, text=text, at__gte=entry.at).exists():
        send_text(channel=channel, recipient=recipient, subject=subject, text=text)  # type: ignore[arg-type]


def _entry(reference: str, number: int) -> TimelineEntry | None:
    found = TimelineEntry.objects.select_related("case__version", "case__resident__user", "case__submitted_by")
    return found.defer("case__version__content").filter(case__reference=reference, number=number).first()


def _tell(reference: str, number: int) -> None:
    entry = _entry(reference, number)
    if entry is None or not entry.public:
        return
    case = entry.case
    own_step = entry.sort == "moved" and entry.actor_id is not None and entry.actor_id == case.submitted_by_id
    if own_step or not (reached := _reach(case)):
        return
    channel, recipient, language = reached
    with translation.override(language):
        subject, text = _words(case, entry)
    _send_once(entry, channel, recipient, subject, text)


def _reach(case: Case) -> tuple[str, str, str] | None:
    """(channel, recipient, language) of whoever follows the case, as far as anybody can be reached."""
    default = pack.current().languages[0]
    resident = case.resident
    if resident is None:
        return None
    for_family = case.submitted_by if case.channel == "web" else None
    user = resident.user or for_family
    language = user.language or default if user else default
    phone = (user.phone if user else None) or resident.phone
    email = (user.email if user else None) or resident.email
    if phone:
        return "sms", phone, language
    return ("email", email, language) if email else None


def _words(case: Case, entry: TimelineEntry, follower: str = "") -> tuple[str, str]:
    """(subject, text) about an entry; for the resident of a case joined to this one, with the number of theirs."""
    resolved = resolve(case.version)
    state = resolved.flow.states[entry.to_state or case.state]
    title = kinds.get(case.kind).title(resolved.definition)
    subject = _("%(title)s: %(word)s") % {"title": title, "word": rules.public_word(state.public.value)}
    act = (
        " " + _("Open the case: something is asked of you.")
        if state.by == rules.RESIDENT and not (state.end or follower)
        else ""
    )
    text = _("%(title)s (%(reference)s): %(sentence)s%(act)s") % {
        "title": title,
        "reference": follower or case.reference,
        "sentence": _neutral(case, entry),
        "act": act,
    }
    return subject, text


def _neutral(case: Case, entry: TimelineEntry) -> str:
    """What happened; of a sensitive service only the public word, as somebody else may read the message."""
    resolved = resolve(case.version)
    if kinds.get(case.kind).quick_exit(resolved.definition):
        return rules.public_word(resolved.flow.states[entry.to_state or case.state].public.value) + "."
    return rules.sentence(entry, resolved.flow)
