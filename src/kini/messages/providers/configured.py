"""The providers that the operator's file names (KINI_MESSAGES), a TOML table each."""

from django.conf import settings
from django.urls import reverse

from kini.core import configured
from kini.messages.providers.base import Carried, Outgoing, Provider, adapters


def providers() -> dict[str, Provider]:
    """Every configured provider by name; empty when there is no file.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    return configured.providers("KINI_MESSAGES", settings.ENV.messages, adapters)


def provider_for(channel: Carried) -> Provider | None:
    """The first provider that carries this channel."""
    return next((each for each in providers().values() if each.carries == channel), None)


def notices(name: str) -> str:
    """The address at which the provider of that name tells of receipts and of what people write."""
    return f"{settings.ENV.address}{reverse('messages:notice', args=[name])}"


def send_code(recipient: str, text: str) -> None:
    """An SMS from below (core.delivery): a code to sign in."""
    found = provider_for("sms")
    if found is None:
        raise LookupError("no provider of SMS is configured")
    found.send(Outgoing(recipient, text))
