"""Permissions of officers in the room of SATUSEHAT."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class SatusehatPermission(Permission):
    RECONCILE = "reconcile-national-records", _("compare records with SATUSEHAT and work off what differs")
