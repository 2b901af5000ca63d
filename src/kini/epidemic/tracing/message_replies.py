"""Replies of contacts to the daily question, by SMS and WhatsApp: "M4XD 0", "M4XD 1 3", or "0" from their own phone."""

import re

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core.actors import ActionRefused, system
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing import actions
from kini.epidemic.tracing.models import Contact, FollowUp
from kini.epidemic.tracing.notifications import short_code
from kini.messages.models import InboundMessage

BY = system("epidemic.tracing")
ANSWER = re.compile(r"^\s*(?:([0-9A-Z]{4})\b[\s:,.-]*)?((?:[0-9][\s,.;+&-]*){1,12})$", re.IGNORECASE)


def receive_answer(inbound: InboundMessage) -> str | None:
    """Record the answer of a contact to the daily question; None for every other message.

    The sender must have the contact's phone number. Idempotent: the message is the key of the check.
    """
    match = ANSWER.match(inbound.text)
    if match is None:
        return None
    contacts = contacts_of_phone(inbound.sender)
    if not contacts:
        return None
    code, numbers = (match[1] or "").upper(), [int(each) for each in re.findall(r"[0-9]", match[2])]
    with translation.override(_language(contacts[0])):
        chosen = [each for each in contacts if short_code(each) == code] if code else contacts
        if not chosen:
            return _advice(contacts[0])
        if len(chosen) > 1:
            return _("Several people use this phone. Write the code of the person first: {code} 0.").format(
                code=short_code(contacts[0])
            )
        return _answer(chosen[0], numbers, inbound)


def contacts_of_phone(phone: str) -> list[Contact]:
    """Return the contacts under follow-up with a phone number: their own, or of the person who acts for them."""
    if not phone:
        return []
    own = Q(person__phone=phone) | Q(person__resident__phone=phone) | Q(person__resident__user__phone=phone)
    theirs = Q(person__resident__phone="", person__resident__user=None)
    family = Q(person__resident__tied_by__resident__phone=phone)
    family |= Q(person__resident__tied_by__resident__user__phone=phone)
    found = Contact.objects.filter(own | (theirs & family), follow_up=FollowUp.UNDER)
    return list(found.select_related("person__resident__user", "unit", "agency").distinct().order_by("pk"))


def _language(contact: Contact) -> str:
    resident = getattr(contact.person, "resident", None)
    user = resident.user if resident else None
    return (user.language if user else "") or pack.current().languages[0]


def _answer(contact: Contact, numbers: list[int], inbound: InboundMessage) -> str:
    tracing = disease_of(contact.disease).tracing
    asked = tracing.daily_symptoms if tracing else ()
    wrong = any(number > len(asked) for number in numbers) or (0 in numbers and len(set(numbers)) > 1)
    if wrong:
        return _advice(contact)
    try:
        check = actions.record_check(
            by=BY,
            contact=contact,
            channel="reply",
            key=f"inbound:{inbound.pk}",
            symptoms=sorted({asked[number - 1] for number in numbers if number}),
            at=inbound.at,
        )
    except ActionRefused as refusal:
        return str(refusal)
    if check.red_flag:
        return _("This can be dangerous. Call 112 now. The health centre has been told and calls you.")
    if check.symptoms:
        return _("Thank you. Stay at home, away from others. {unit} calls you.").format(unit=contact.unit or "")
    return _("Thank you. You are well today. We ask again tomorrow.")


def _advice(contact: Contact) -> str:
    return _("Please reply {code} 0 if you are well, or {code} and the numbers of your symptoms.").format(
        code=short_code(contact)
    )
