"""Permissions of officers in the reports room."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class ReportPermission(Permission):
    MODERATE = "moderate-reports", _("check reports before the public sees them")
    AUDIT = "audit-reports", _("audit reports that are said to be solved")
    PLAN_ROUTING = "plan-routing", _("plan where reports go, and hand over those that no rule sends anywhere")
