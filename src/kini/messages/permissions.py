"""Permission of officers on messages."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class MessagePermission(Permission):
    SEE_MESSAGES = "see-messages", _("see messages that reached nobody")
