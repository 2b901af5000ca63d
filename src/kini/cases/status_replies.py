"""Reply to the message "STATUS KINI-7F3K-9Q2M", for the phone number of the case's resident only."""

import re

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.models import Case
from kini.cases.notifications import neutral_sentence, recipient_of
from kini.city.public import pack
from kini.core import references
from kini.messages.models import InboundMessage
from kini.people.public import contacts
from kini.people.queries import user_by_contact
from kini.services.public import kinds, snapshot_of

ASKS = re.compile(r"^\s*STATUS\s+(\S.*)$", re.IGNORECASE | re.DOTALL)


def status_reply(heard: InboundMessage) -> str | None:
    """Return the state of the case. A number other than the resident's gets the same reply as for an unknown case."""
    match = ASKS.match(heard.text)
    if match is None:
        return None
    reference = references.parse(pack.current().reference_prefix, match[1].strip()) or ""
    related = ("version", "resident__user", "submitted_by")
    case = Case.objects.select_related(*related).filter(reference=reference).first()
    if case is None or heard.sender not in _numbers(case):
        writer = user_by_contact(contacts.Contact("phone", heard.sender))
        with translation.override((writer.language if writer else "") or pack.current().languages[0]):
            return _("No case {reference} belongs to this phone number. Check the case number.").format(
                reference=reference or match[1].strip()[:30]
            )
    with translation.override(recipient_of(case).language):
        return _sentence(case)


def _numbers(case: Case) -> set[str]:
    to = recipient_of(case)
    return {to.phone, case.resident.phone if case.resident else ""} - {""}


def _sentence(case: Case) -> str:
    snapshot, kind = snapshot_of(case.version), kinds.get(case.kind)
    entry = case.timeline.filter(public=True).order_by("-number").first()
    quiet = kind.quick_exit(snapshot.definition)
    words = {
        "title": str(kind.title(snapshot.definition)),
        "reference": case.reference,
        "state": rules.public_word(case.public_state, case.outcome),
        "sentence": neutral_sentence(entry, snapshot, quiet=quiet) if entry and not quiet else "",
        "address": f"{settings.ENV.address}{reverse('cases:case', args=[case.reference])}",
    }
    return " ".join(_("{reference} {title}: {state}. {sentence} {address}").format(**words).split())
