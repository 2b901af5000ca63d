"""Permissions of officers on sensitive records, and the roles of a care team."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class RecordPermission(Permission):
    MANAGE_MEMBERS = "manage-record-members", _("say who works at a facility and on a record")
    BREAK_GLASS = "break-glass", _("open any record in an emergency (the person and the heads are told)")
    REVIEW_BREAK_GLASS = "review-break-glass", _("judge emergency access of others")


class MemberRole(TextChoices):
    """Work of an officer at a facility or on a record. It is shown; permissions come from the officer's grants."""

    LEAD = "lead", _("Leads")
    CARE = "care", _("Treats or looks after")
    TRACING = "tracing", _("Traces")
    LABORATORY = "laboratory", _("Tests")
    ADVICE = "advice", _("Advises")
