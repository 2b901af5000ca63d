"""Registry of officers' permissions, and those of this room. Roles of the pack grant them; `rules` checks them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kini.core.registry import Registry


class Permission(TextChoices):
    """Base class of the permissions of a room, which defines a subclass and registers it in `AppConfig.ready`.

    The value stands in roles.yaml and in grants; the label is shown to those who grant roles.
    """


class PeoplePermission(Permission):
    SEE_IDENTITY = "see-identity", _("see who a resident is (every access is logged)")
    APPLY_FOR_OTHERS = "apply-for-others", _("apply for residents at a counter")
    RECORD_PERSONS = "record-persons", _("record persons who have no profile, and their numbers")
    MERGE_PERSONS = "merge-persons", _("merge two records of one person, and undo it")
    PROTECT_DATA = "protect-data", _("hold data back from deletion, and keep the register of data breaches")
    MANAGE_OFFICERS = "manage-officers", _("manage officers and their roles")


permissions: Registry[Permission] = Registry("permission")


def register_permissions(room: type[Permission]) -> None:
    """Register every permission of a room or plug-in.

    Raises:
        ValueError: if an id is taken.
    """
    for permission in room:
        permissions.register(permission.value, permission)
