"""The providers that the operator's file names (KINI_PAYMENTS), a TOML table each."""

from django.conf import settings

from kini.core import configured
from kini.payments.providers.base import Method, Provider, adapters


def providers() -> dict[str, Provider]:
    """Every configured provider by name, in the order of the file; empty when the city takes no payments online.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    return configured.providers("KINI_PAYMENTS", settings.ENV.payments, adapters)


def provider_for(method: Method) -> Provider | None:
    """The first provider that can take this method."""
    return next((each for each in providers().values() if method in each.methods), None)


def methods() -> tuple[Method, ...]:
    """The methods that can be used now."""
    return tuple(dict.fromkeys(method for each in providers().values() for method in each.methods))
