"""Canned replies inserted into the text of a step, where officers can still edit them."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from kini.cases import rules
from kini.cases.models import CannedReply, Case
from kini.core.actors import Actor
from kini.core.ids import parse_pk
from kini.people.queries import officer_of
from kini.services.public import kinds, snapshot_of
from kini.web import formats


def replies_for(case: Case) -> QuerySet[CannedReply]:
    """Replies for a case: those of its agency for its service, then those for all services, by title."""
    fitting = Q(service__isnull=True) | Q(service_id=case.service_id)
    return CannedReply.objects.filter(fitting, agency_id=case.agency_id, active=True).order_by("service", "title")


def fill_replies(actor: Actor, case: Case, replies: Iterable[CannedReply]) -> list[tuple[CannedReply, str]]:
    """Replies with their placeholders filled in for this case."""
    snapshot = snapshot_of(case.version)
    writer = officer_of(actor)
    values = {
        "reference": case.reference,
        "service": str(kinds.get(snapshot.definition.kind).title(snapshot.definition)),
        "step": str(snapshot.flow.states[case.state].name),
        "due": formats.moment(case.due_at) if case.due_at else "",
        "agency": str(case.agency.title),
        "officer": writer.name if writer else "",
    }
    return [(reply, rules.fill_placeholders(reply.text, values)) for reply in replies]


def append_reply(actor: Actor, case: Case, wanted: str, typed: str) -> str:
    """Return the typed text followed by the reply with this id; unchanged if there is no such reply."""
    reply = replies_for(case).filter(pk=parse_pk(wanted)).first()
    if reply is None:
        return typed
    [(_reply, text)] = fill_replies(actor, case, [reply])
    return "\n\n".join(part for part in (typed.strip(), text) if part)
