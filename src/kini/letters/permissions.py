"""Permission of officers on letters."""

from django.utils.translation import gettext_lazy as _

from kini.people.permissions import Permission


class LetterPermission(Permission):
    MANAGE_LETTERS = "manage-letters", _("withdraw and replace letters")
