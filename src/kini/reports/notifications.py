"""Messages to followers: every public step of the report, or of the one it was joined to."""

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.cases import rules
from kini.cases.events import CaseMoved
from kini.cases.models import TimelineEntry
from kini.core.actors import system
from kini.core.events import subscribe
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.reports.kind import may_concern_report
from kini.reports.models import Follower
from kini.services.public import kinds, snapshot_of

BY = system("reports")
STEP = "report-step"


def register() -> None:
    """Register the message type; called once at start."""
    step = MessageType(
        STEP,
        _("When something happened to a report that somebody follows"),
        {"title": _("Damaged road"), "state": _("Done"), "sentence": _("It is said to be solved.")},
        _("{title}: {state}"),
        _("The report you follow ({title}): {sentence}"),
    )
    message_types.register(step.id, step)


@subscribe(CaseMoved, name="reports.notify_followers", only=may_concern_report)
def notify_followers(event: CaseMoved) -> None:
    """Tell followers with an account about a public step; others read it with their claim code."""
    entry = TimelineEntry.objects.select_related("case__version").get(
        case__reference=event.reference, number=event.entry
    )
    if not entry.public or not entry.to_state:
        return
    followers = Follower.objects.filter(Q(case=entry.case) | Q(case__merged_into=entry.case), user__isnull=False)
    snapshot = snapshot_of(entry.case.version)
    state = snapshot.flow.states[entry.to_state]
    for follower in followers.select_related("user"):
        to = Recipient(follower.user)
        with translation.override(to.language):
            words = {
                "title": str(kinds.get(entry.case.kind).title(snapshot.definition)),
                "state": rules.public_word(state.public, state.outcome or ""),
                "sentence": str(state.does),
            }
        messages.notify(
            by=BY,
            to=to,
            message_type=STEP,
            key=f"report-step:{follower.pk}:{event.reference}:{event.entry}",
            words=words,
            link=reverse("reports:followed"),
        )
