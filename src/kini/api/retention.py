"""Retention of answers that are kept for programs."""

from django.utils.translation import gettext_lazy as _

from kini.api.idempotency import KEPT
from kini.api.models import KeptAnswer
from kini.core.retention import Rule, of_rows, rules


def register() -> None:
    """Register the rule; called once, when the room is ready."""
    name = "api.answers"
    rule = Rule(
        name,
        _("Answers to programs, kept in case they ask again"),
        _("A key may be used again after a day"),
        KEPT,
        of_rows(lambda before: KeptAnswer.objects.filter(created_at__lt=before)),
        transient=True,
    )
    rules.register(name, rule)
