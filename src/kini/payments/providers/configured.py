"""The providers that the operator's file names (KINI_PAYMENTS), a TOML table each."""

import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from kini.core.environment import EnvironmentFault
from kini.payments.providers.base import Method, Provider, adapters


def providers() -> dict[str, Provider]:
    """Every configured provider by name, in the order of the file; empty when the city takes no payments online.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    path = settings.ENV.payments
    return _read(path, path.stat().st_mtime_ns) if path and path.is_file() else {}


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> dict[str, Provider]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return {name: adapters.get(table.pop("adapter"))(name, **table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EnvironmentFault(f"KINI_PAYMENTS: {path} cannot be used: {error}. See docs/operators.md.") from None


def provider_for(method: Method) -> Provider | None:
    """The first provider that can take this method."""
    return next((each for each in providers().values() if method in each.methods), None)


def methods() -> tuple[Method, ...]:
    """The methods that can be used now."""
    return tuple(dict.fromkeys(method for each in providers().values() for method in each.methods))
