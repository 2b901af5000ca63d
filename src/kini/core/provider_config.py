"""Providers of an operator's TOML file: one table each, with the adapter's name and its options."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from kini.core.environment_settings import InvalidEnvironment
from kini.core.registry import Registry

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def find_address_error(address: str) -> str:
    """Return what is wrong with the base URL of a provider, or ""; it is https, or http on loopback."""
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return "" if is_safe else f'address = "{address}" must begin with https://'


def load_providers[P](variable: str, path: Path | None, adapters: Registry[Callable[..., P]]) -> dict[str, P]:
    """Load the providers of a file by name, in its order, and again when it changes; empty without a file.

    Args:
        variable: environment variable that names the file.

    Raises:
        InvalidEnvironment: when the file cannot be read or is invalid.
    """
    return _read(variable, path, path.stat().st_mtime_ns, adapters) if path and path.is_file() else {}


@lru_cache(maxsize=8)
def _read[P](variable: str, path: Path, _changed: int, adapters: Registry[Callable[..., P]]) -> dict[str, P]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return {name: adapters.get(table.pop("adapter"))(name, **table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise InvalidEnvironment(f"{variable}: {path} cannot be used: {error}. See docs/operators.md.") from None
