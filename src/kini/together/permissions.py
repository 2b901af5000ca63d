"""Permissions of officers in the room of mutual help."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class HelpPermission(Permission):
    VERIFY_NEEDS = "verify-needs", _("record and verify needs, and what was received, in the own area")
    MANAGE_GIVERS = "manage-givers", _("record permits of aggregators, suspend givers, and decide on disputes")
    MANAGE_VOLUNTEERS = "manage-volunteers", _("release activities of volunteers, see who comes, and record screenings")
    LEAD_HELP = "lead-help", _("decide on what was held against fraud and not checked in time")
