"""The configured register: a TOML table with adapter and options, in the file named by KINI_REGISTER."""

from django.conf import settings

from kini.core import provider_config
from kini.people.identity_registers.base import IdentityRegister, register_adapters


def configured_register() -> IdentityRegister | None:
    """Return the first register of the file; None if none is configured.

    Raises:
        InvalidEnvironment: if the file cannot be read or is invalid.
    """
    found = provider_config.load_providers("KINI_REGISTER", settings.ENV.register, register_adapters)
    return next(iter(found.values()), None)
