"""Signed unsubscribe links: one channel, no sign-in, no expiry."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "messages.stop"


def unsubscribe_url(channel: str, recipient: str) -> str:
    """Absolute unsubscribe URL."""
    token = signing.dumps([channel, recipient], salt=SALT)
    return f"{settings.ENV.address}{reverse('messages:stop', args=[token])}"


def read_token(token: str) -> tuple[str, str] | None:
    """Channel and recipient of a token; None if its signature is invalid."""
    try:
        channel, recipient = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(channel), str(recipient)
