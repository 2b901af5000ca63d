"""Registration of channels, providers, pack check and navigation entries."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.city.public import pack_checks
from kini.core.delivery import default_sms_providers, sms_destinations, sms_providers
from kini.core.sandboxes import SandboxServer, sandboxes
from kini.messages import account_messages, message_texts, queries
from kini.messages.channels.base import channels
from kini.messages.channels.email import Email
from kini.messages.channels.post import Post
from kini.messages.channels.push import Push
from kini.messages.channels.sms import Sms
from kini.messages.channels.whatsapp import WhatsApp
from kini.messages.environment import MessagesEnvironment
from kini.messages.permissions import MessagePermission
from kini.messages.providers.base import adapters
from kini.messages.providers.configuration import send_sign_in_code
from kini.messages.providers.twilio import Twilio
from kini.messages.providers.whatsapp import WhatsApp as WhatsAppProvider
from kini.people.public import register_permissions
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation
from kini.web.pwa import worker_scripts

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "messages:dead": _(
        "Messages that reached nobody on any channel. Call the person or send it again, then record what you "
        "did. Letters to print and post are listed here too."
    ),
}


def register() -> None:
    """Register everything once, from `AppConfig.ready`."""
    register_permissions(MessagePermission)
    for channel in (Push(), WhatsApp(), Sms(), Email(), Post()):
        channels.register(channel.id, channel)
    worker_scripts.register("push", "messages/push-worker.js")
    adapters.register("twilio", Twilio)
    adapters.register("whatsapp", WhatsAppProvider)
    sandboxes.register("messages", SandboxServer("Pretended phones", 8791, "kini.messages.sandbox.server.start"))
    sms_providers.register("messages", send_sign_in_code)
    default_sms_providers.register("messages", lambda: MessagesEnvironment.current().messages is not None)
    sms_destinations.register("countries of the pack", message_texts.may_receive_sms)
    pack_checks.register("messages", message_texts.check_messages)
    account_messages.register()
    inbox = NavItem(
        "messages:inbox", _("Messages"), "message", 15, "account", note=_("Messages from the city"), count=_unread
    )
    register_help(DESK_HELP)
    navigation.register("messages-account", inbox)
    undelivered = NavItem(
        "messages:dead", _("Undelivered messages"), "message", 43, "desk", _("Agency"), visible=_may_see_messages
    )
    navigation.register("messages-desk", undelivered)


def _unread(request: HttpRequest) -> int | None:
    """Unread messages for the badge; counted only below /me/, to save a query on all other pages."""
    if not request.path.startswith("/me/") or request.user.pk is None:
        return None
    return queries.count_unread(request.user.pk) or None


def _may_see_messages(request: HttpRequest) -> bool:
    return request.user.is_authenticated and may_somewhere(actor_for(request), MessagePermission.SEE_MESSAGES)
