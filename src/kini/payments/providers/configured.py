"""Providers of the operator's file (KINI_PAYMENTS), a TOML table each."""

from django.conf import settings

from kini.core import provider_config
from kini.payments.providers.base import Method, Provider, adapters


def providers() -> dict[str, Provider]:
    """Configured providers by name, in the order of the file; empty without online payments.

    Raises:
        EnvironmentFault: if the file is unreadable or invalid.
    """
    return provider_config.load_providers("KINI_PAYMENTS", settings.ENV.payments, adapters)


def provider_for(method: Method) -> Provider | None:
    """First provider that offers this method."""
    return next((each for each in providers().values() if method in each.methods), None)


def methods() -> tuple[Method, ...]:
    """Available payment methods."""
    return tuple(dict.fromkeys(method for each in providers().values() for method in each.methods))
