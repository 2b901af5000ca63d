"""Receipts by SMS and WhatsApp, for contacts with a plain phone: TERIMA JB-7KQ2-M4XD 25."""

import re

from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import references
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.messages.models import InboundMessage
from kini.people import queries as people_queries
from kini.people.public import contacts
from kini.together import actions
from kini.together.actions.pledges import PREFIX
from kini.together.models import Pledge

_WORDS = re.compile(r"\s*(?:TERIMA|RECEIVED)\s+([A-Z0-9-]{8,14})\s+(\d{1,6})\s*", re.IGNORECASE)


def receive_receipt(inbound: InboundMessage) -> str | None:
    """Record what arrived, for the contact of the receiving side; None for every other message. Idempotent."""
    match = _WORDS.fullmatch(inbound.text)
    reference = match and references.parse(PREFIX, match[1])
    if not match or not reference or not inbound.sender:
        return None
    user = people_queries.user_by_contact(contacts.Contact("phone", inbound.sender))
    rows = Pledge.objects.select_related("line__need__beneficiary__area", "giver")
    pledge = rows.filter(reference=reference, line__need__beneficiary__contact=user).first() if user else None
    with translation.override((user.language if user else "") or pack.current().languages[0]):
        if user is None or pledge is None:
            return _("There is no pledge of this number for your phone.")
        try:
            by = Actor(ActorKind.RESIDENT, user.pk)
            delivery = actions.record_receipt(by=by, pledge=pledge, quantity=int(match[2]))
        except ActionRefused as refusal:
            return str(refusal)
        if delivery.agreed_quantity is None:
            return _("Recorded: %(count)s. The deliverer counted another number. A coordinator will ask you.") % {
                "count": match[2]
            }
        return _("Recorded: %(count)s arrived. Thank you.") % {"count": match[2]}
