"""Canned replies inserted into the text of a step, where officers can still edit them."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from kini.cases import rules
from kini.cases.models import CannedReply, Case
from kini.core.actors import Actor
from kini.core.numbers import key_of
from kini.people.queries import officer_of
from kini.services.kinds import kinds
from kini.services.versions import resolve
from kini.web import formats


def offered(case: Case) -> QuerySet[CannedReply]:
    """Replies for a case: those of its agency for its service, then those for all services, by title."""
    fitting = Q(service__isnull=True) | Q(service_id=case.service_id)
    return CannedReply.objects.filter(fitting, agency_id=case.agency_id, active=True).order_by("service", "title")


def filled(actor: Actor, case: Case, replies: Iterable[CannedReply]) -> list[tuple[CannedReply, str]]:
    """Replies with their placeholders filled in for this case."""
    resolved = resolve(case.version)
    writer = officer_of(actor)
    values = {
        "reference": case.reference,
        "service": str(kinds.get(resolved.definition.kind).title(resolved.definition)),
        "step": str(resolved.flow.states[case.state].name),
        "due": formats.moment(case.due_at) if case.due_at else "",
        "agency": str(case.agency.title),
        "officer": writer.name if writer else "",
    }
    return [(reply, rules.fill(reply.text, values)) for reply in replies]


def added(actor: Actor, case: Case, wanted: str, typed: str) -> str:
    """Return the typed text followed by the reply with this id; unchanged if there is no such reply."""
    reply = offered(case).filter(pk=key_of(wanted)).first()
    if reply is None:
        return typed
    [(_reply, text)] = filled(actor, case, [reply])
    return "\n\n".join(part for part in (typed.strip(), text) if part)
