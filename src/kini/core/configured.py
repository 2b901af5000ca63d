"""Providers that a file of the operator names: a TOML table for each, with its adapter and that adapter's words."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from kini.core.environment import EnvironmentFault
from kini.core.registry import Registry


def providers[P](variable: str, path: Path | None, adapters: Registry[Callable[..., P]]) -> dict[str, P]:
    """Every provider of the file by name, in its order, read again when it changes; empty when there is no file.

    Args:
        variable: of the environment, which names the file.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    return _read(variable, path, path.stat().st_mtime_ns, adapters) if path and path.is_file() else {}


@lru_cache(maxsize=8)
def _read[P](variable: str, path: Path, _changed: int, adapters: Registry[Callable[..., P]]) -> dict[str, P]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return {name: adapters.get(table.pop("adapter"))(name, **table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EnvironmentFault(f"{variable}: {path} cannot be used: {error}. See docs/operators.md.") from None
