"""The register that the operator's file names (KINI_REGISTER): a TOML table with its adapter and its options."""

from django.conf import settings

from kini.core import configured
from kini.people.registers.base import Register, adapters


def register() -> Register | None:
    """The first register of the file; None where none is configured.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    found = configured.providers("KINI_REGISTER", settings.ENV.register, adapters)
    return next(iter(found.values()), None)
