"""Retention of the inbox, and of what people wrote to the city."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core.retention import DAY, YEAR, Rule, of_rows, rules
from kini.messages.models import Heard, Message
from kini.people import holds


def _held() -> Q:
    return Q(user_id__in=holds.users()) | Q(resident_id__in=holds.residents())


def register() -> None:
    """Register the rules; called once, when the room is ready."""
    for rule in (
        Rule(
            "messages.inbox",
            _("Messages of the inbox, and by which channel each went out"),
            _("The record of what somebody was told"),
            2 * YEAR,
            of_rows(lambda before: Message.objects.filter(at__lt=before), held=_held),
        ),
        Rule(
            "messages.heard",
            _("What people wrote to the city by SMS or WhatsApp"),
            _("Answered at once"),
            30 * DAY,
            of_rows(lambda before: Heard.objects.filter(at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
