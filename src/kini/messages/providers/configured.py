"""The providers that the operator's file names (KINI_MESSAGES), a TOML table each."""

import tomllib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from kini.core.environment import EnvironmentFault
from kini.messages.providers.base import Carried, Outgoing, Provider, adapters


def providers() -> dict[str, Provider]:
    """Every configured provider by name; empty when there is no file.

    Raises:
        EnvironmentFault: when the file cannot be read or says something that cannot be used.
    """
    path = settings.ENV.messages
    return _read(path, path.stat().st_mtime_ns) if path and path.is_file() else {}


@lru_cache(maxsize=2)
def _read(path: Path, changed: int) -> dict[str, Provider]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
        return {name: adapters.get(table.pop("adapter"))(name, **table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise EnvironmentFault(f"KINI_MESSAGES: {path} cannot be used: {error}. See docs/operators.md.") from None


def provider_for(channel: Carried) -> Provider | None:
    """The first provider that carries this channel."""
    return next((each for each in providers().values() if each.carries == channel), None)


def notices(name: str) -> str:
    """The address at which the provider of that name tells of receipts and of what people write."""
    return f"{settings.ENV.address}{reverse('messages:notice', args=[name])}"


def send_code(recipient: str, text: str) -> None:
    """An SMS from below (core.delivery): a code to sign in."""
    found = provider_for("sms")
    if found is None:
        raise LookupError("no provider of SMS is configured")
    found.send(Outgoing(recipient, text))
