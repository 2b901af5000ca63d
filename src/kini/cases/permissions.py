"""Permissions of officers on cases."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class CasePermission(Permission):
    SEE_CASES = "see-cases", _("see cases")  # the queue and case pages of the officer's agency and area
    ACT = "act", _("take steps")  # the steps that a flow gives to the officer's role
    ASSIGN = "assign", _("assign cases")
    TRANSFER = "transfer", _("pass cases to another agency")
    NOTE = "note", _("write and read notes")
    REOPEN = "reopen", _("reopen ended cases")
    JOIN_CASES = "join-cases", _("merge duplicate cases")
    SEE_OVERDUE = "see-overdue", _("see what is late, and the numbers")
    MANAGE_REPLIES = "manage-replies", _("write canned replies")
