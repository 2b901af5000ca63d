"""Retention rules of the inbox and of inbound messages."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core.retention import DAY, YEAR, RetentionRule, row_removal, rules
from kini.messages.models import InboundMessage, Message
from kini.people.public import legal_holds


def _held() -> Q:
    return Q(user_id__in=legal_holds.held_user_ids()) | Q(resident_id__in=legal_holds.held_resident_ids())


def register() -> None:
    """Register the rules."""
    for rule in (
        RetentionRule(
            "messages.inbox",
            _("Messages in the inbox and how they were sent"),
            _("Record of the messages that people received"),
            2 * YEAR,
            row_removal(lambda before: Message.objects.filter(at__lt=before), held=_held),
        ),
        RetentionRule(
            "messages.heard",
            _("Messages to the city by SMS or WhatsApp"),
            _("Answered immediately"),
            30 * DAY,
            row_removal(lambda before: InboundMessage.objects.filter(at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
