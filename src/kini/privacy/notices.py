"""Message type for people affected by a breach."""

from django.utils.translation import gettext_lazy as _

from kini.messages.message_types import MessageType, message_types

BREACH_MESSAGE = "privacy-breach"


def register() -> None:
    """Register the message type; called once, from `AppConfig.ready`."""
    message_type = MessageType(
        BREACH_MESSAGE,
        _("When somebody's personal data came into wrong hands, was lost or changed"),
        {
            "data": _("Name and phone number"),
            "when": _("yesterday at 10:00"),
            "cause": _("A list was sent to a wrong address."),
            "measures": _("The list was deleted. Be careful with calls that ask for codes."),
            "contact": "data@city.example",
        },
        _("Your personal data: something went wrong"),
        _("Data concerned: {data}. When: {when}. How: {cause} What was done: {measures} Questions: {contact}"),
    )
    message_types.register(message_type.id, message_type)
