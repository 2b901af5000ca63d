"""The configured register: a TOML table with adapter and options, in the file named by KINI_REGISTER."""

from django.conf import settings

from kini.core import configured
from kini.people.registers.base import Register, adapters


def register() -> Register | None:
    """Return the first register of the file; None if none is configured.

    Raises:
        EnvironmentFault: if the file cannot be read or is invalid.
    """
    found = configured.providers("KINI_REGISTER", settings.ENV.register, adapters)
    return next(iter(found.values()), None)
