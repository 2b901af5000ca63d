"""E-mail settings from a URL: smtp://name:password@host:587 or smtps://name:password@host:465. Pure."""

from typing import Any
from urllib.parse import unquote, urlsplit

SECONDS_TO_ANSWER = 20


def parse_mailers(url: str) -> dict[str, dict[str, Any]]:
    """Convert a URL to Django's MAILERS; empty for an empty URL.

    smtp:// uses STARTTLS unless it ends in "?tls=no"; smtps:// uses TLS from the first byte.

    Raises:
        ValueError: when the URL is invalid.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.query not in ("", "tls=no"):
        raise ValueError("is not written as smtp://name:password@host:port or smtps://name:password@host:port")
    whole = parts.scheme == "smtps"
    options = {
        "host": parts.hostname,
        "port": parts.port or (465 if whole else 587),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": whole,
        "use_tls": not whole and parts.query != "tls=no",
        "timeout": SECONDS_TO_ANSWER,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
