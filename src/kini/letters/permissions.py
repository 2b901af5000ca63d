"""Permission of officers on letters."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class LetterPermission(Permission):
    MANAGE_LETTERS = "manage-letters", _("withdraw and replace letters")
