"""Payment providers: the interface, its adapters, and those that the operator's file (KINI_PAYMENTS) configures."""

from kini.core import provider_config
from kini.payments.environment import PaymentsEnvironment
from kini.payments.providers.base import Method, Provider, adapters


def configured_providers() -> dict[str, Provider]:
    """Configured providers by name, in the order of the file; empty without online payments.

    Raises:
        InvalidEnvironment: if the file is unreadable or invalid.
    """
    return provider_config.load_providers("KINI_PAYMENTS", PaymentsEnvironment.current().payments, adapters)


def provider_for(method: Method) -> Provider | None:
    """First provider that offers this method."""
    return next((each for each in configured_providers().values() if method in each.methods), None)


def available_methods() -> tuple[Method, ...]:
    """Available payment methods."""
    return tuple(dict.fromkeys(method for each in configured_providers().values() for method in each.methods))
