"""The address by which somebody ends messages by one channel without signing in. It is signed and never runs out."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "messages.stop"


def address(channel: str, recipient: str) -> str:
    """The whole address, for messages."""
    token = signing.dumps([channel, recipient], salt=SALT)
    return f"{settings.ENV.address}{reverse('messages:stop', args=[token])}"


def read(token: str) -> tuple[str, str] | None:
    """Channel and recipient that a token names; None when it is none of ours."""
    try:
        channel, recipient = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(channel), str(recipient)
