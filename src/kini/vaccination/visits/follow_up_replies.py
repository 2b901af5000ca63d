"""Replies to the question after a dose, by SMS and WhatsApp: "V M4XD 0", and in words after it what happened."""

import re

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kini.core.actors import system
from kini.messages.models import InboundMessage
from kini.vaccination.visits import actions
from kini.vaccination.visits.models import FollowUp

BY = system("vaccination.visits")
ANSWER = re.compile(r"^\s*V\s+([0-9A-Z]{4})\s+([0-2])\b[\s,.:;-]*(.*)$", re.IGNORECASE | re.DOTALL)


def receive_answer(inbound: InboundMessage) -> str | None:
    """Record the answer of somebody who was asked; None for every other message.

    The sender must have the person's phone number, or that of who acts for them.
    """
    match = ANSWER.match(inbound.text)
    if match is None or not inbound.sender:
        return None
    code, number, words = match[1].upper(), int(match[2]), match[3]
    asked = _asked(inbound.sender).filter(dose__reference__endswith=code).order_by("due_on", "days_after").last()
    if asked is None:
        return _("We did not ask you anything under this code. Compare it with our message.")
    answered = actions.answer_follow_up(by=BY, follow_up=asked, feeling=FollowUp.FEELINGS[number], words=words)
    match answered.feeling:
        case "serious":
            return _("If it is dangerous, call 112 now. The vaccination site has been told.")
        case "mild":
            return _("Thank you. Most complaints end within two days. If it gets worse, see a doctor.")
    return _("Thank you. We are glad that you are well.")


def _asked(phone: str) -> QuerySet[FollowUp]:
    """Questions that were asked and not answered, of persons with a phone number."""
    person = "dose__person"
    own = Q(**{f"{person}__phone": phone}) | Q(**{f"{person}__resident__phone": phone})
    own |= Q(**{f"{person}__resident__user__phone": phone})
    family = Q(**{f"{person}__resident__tied_by__resident__phone": phone})
    family |= Q(**{f"{person}__resident__tied_by__resident__user__phone": phone})
    theirs = Q(**{f"{person}__resident__phone": "", f"{person}__resident__user": None})
    rows = FollowUp.objects.filter(own | (theirs & family), feeling="").exclude(asked_at=None)
    return rows.select_related("dose").distinct()
