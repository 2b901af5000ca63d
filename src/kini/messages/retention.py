"""Retention rules of the inbox and of inbound messages."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core.retention import DAY, YEAR, Rule, of_rows, rules
from kini.messages.models import Heard, Message
from kini.people import holds


def _held() -> Q:
    return Q(user_id__in=holds.users()) | Q(resident_id__in=holds.residents())


def register() -> None:
    """Register the rules."""
    for rule in (
        Rule(
            "messages.inbox",
            _("Messages in the inbox and how they were sent"),
            _("Record of what people were told"),
            2 * YEAR,
            of_rows(lambda before: Message.objects.filter(at__lt=before), held=_held),
        ),
        Rule(
            "messages.heard",
            _("Messages to the city by SMS or WhatsApp"),
            _("Answered immediately"),
            30 * DAY,
            of_rows(lambda before: Heard.objects.filter(at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
