"""Messages that people send to the city by SMS or WhatsApp, and the replies."""

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import Actor
from kini.messages.models import InboundMessage, OptOut
from kini.messages.providers.base import InboundText

ANSWER_JOB = "messages.answer"
#: Keywords that unsubscribe the sender from the channel they write on, as SMS carriers define them, and resubscribe.
STOP_WORDS, START_WORDS = {"STOP", "BERHENTI", "UNSUBSCRIBE"}, {"START", "MULAI"}
MAX_INBOUND_TEXT = 2000


@action
def receive(*, by: Actor, provider: str, incoming: InboundText) -> None:
    """Store an inbound message once and queue its reply. STOP and START keywords (un)subscribe the sender."""
    inbound, created = InboundMessage.objects.get_or_create(
        provider=provider,
        external_id=incoming.id,
        defaults={
            "channel": incoming.channel,
            "sender": incoming.sender[:20],
            "text": incoming.text.replace("\0", "")[:MAX_INBOUND_TEXT],
            "photo": incoming.photo,
            "latitude": incoming.place[0] if incoming.place else None,
            "longitude": incoming.place[1] if incoming.place else None,
            "at": current_time.now(),
        },
    )
    if not created:
        return
    word = inbound.text.strip().upper()
    if word in STOP_WORDS:
        since = {"since": current_time.now()}
        OptOut.objects.get_or_create(channel=inbound.channel, recipient=inbound.sender, defaults=since)
    elif word in START_WORDS:
        OptOut.objects.filter(channel=inbound.channel, recipient=inbound.sender).delete()
    else:
        jobs.enqueue(ANSWER_JOB, heard=inbound.pk)
    audit.record(by=by, action="messages.heard", subject=f"heard:{inbound.pk}", detail={"channel": inbound.channel})


@action
def record_reply(*, by: Actor, inbound: InboundMessage, reply: str) -> None:
    """Record the reply to an inbound message."""
    InboundMessage.objects.filter(pk=inbound.pk, answered_at=None).update(reply=reply, answered_at=current_time.now())
    audit.record(by=by, action="messages.answered", subject=f"heard:{inbound.pk}")
