"""Providers from the operator's configuration file (KINI_MESSAGES), one TOML table each."""

from django.conf import settings
from django.urls import reverse

from kini.core import provider_config
from kini.messages.environment import MessagesEnvironment
from kini.messages.providers.base import OutgoingMessage, Provider, ProviderChannel, adapters


def configured_providers() -> dict[str, Provider]:
    """Configured providers by name; empty if there is no file.

    Raises:
        InvalidEnvironment: when the file cannot be read or is invalid.
    """
    return provider_config.load_providers("KINI_MESSAGES", MessagesEnvironment.current().messages, adapters)


def provider_for(channel: ProviderChannel) -> Provider | None:
    """First provider of this channel."""
    return next((each for each in configured_providers().values() if each.channel == channel), None)


def webhook_url(name: str) -> str:
    """Absolute URL of a provider's webhook."""
    return f"{settings.ENV.address}{reverse('messages:notice', args=[name])}"


def send_sign_in_code(recipient: str, text: str) -> None:
    """Send a sign-in code by SMS (registered with core.delivery)."""
    provider = provider_for("sms")
    if provider is None:
        raise LookupError("no provider of SMS is configured")
    provider.send(OutgoingMessage(recipient, text))
