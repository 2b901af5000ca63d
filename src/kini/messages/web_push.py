"""Web push by pywebpush: payload encryption (RFC 8291, aes128gcm) and VAPID authorization (RFC 8292).

The VAPID key (P-256) is derived from the oldest key of KINI_HASH_KEY, since browsers bind subscriptions to it.
"""

import base64
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid

from kini.core import crypto, current_time

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: Push services of browser vendors. Other endpoints are rejected to prevent requests to arbitrary URLs (SSRF).
PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
#: Fits in one record of 4096 bytes (RFC 8188), which push services accept.
MAX_PAYLOAD = 3800
TOKEN_SECONDS = 12 * 60 * 60


def encode_base64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Decode base64url without padding; raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Uncompressed point, 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def vapid_key() -> ec.EllipticCurvePrivateKey:
    """The city's VAPID key."""
    return _key(crypto.permanent_mac(b"vapid", "messages.push"))


def public_key() -> str:
    """The public VAPID key for browsers, base64url."""
    return encode_base64url(encode_point(vapid_key().public_key()))


@cache
def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret) % (ORDER - 1) + 1, CURVE)


def is_push_service(endpoint: str) -> bool:
    """Return whether an endpoint belongs to a known push service."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(host == each or host.endswith(f".{each}") for each in PUSH_SERVICES)
    return parts.scheme == "https" and known and parts.port in (None, 443) and not parts.username


def encrypt_payload(content: bytes, public: str, auth: str) -> bytes:
    """Encrypt the request body for one subscription.

    Args:
        public, auth: p256dh and auth of the subscription, base64url.

    Raises:
        ValueError: when the content exceeds one record.
    """
    # Only the worker sends: the other processes are spared the 11 MB of aiohttp, which pywebpush imports.
    from pywebpush import WebPusher

    if len(content) > MAX_PAYLOAD:
        raise ValueError("too long for one record")
    keys = {"p256dh": public, "auth": auth}
    body: bytes = WebPusher({"endpoint": "", "keys": keys}).encode(content)["body"]
    return body


def authorization(endpoint: str, subject: str) -> str:
    """VAPID Authorization header.

    Args:
        subject: contact of the sender, "https://..." or "mailto:...".
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(current_time.now().timestamp()) + TOKEN_SECONDS,
        "sub": subject,
    }
    # "no-strict": py_vapid accepts no port in `sub`, which a demo city has.
    header: str = Vapid(vapid_key(), conf={"no-strict": True}).sign(claims)["Authorization"]
    return header


def are_subscription_keys(public: str, auth: str) -> bool:
    """Return whether these are valid subscription keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode_base64url(public))
        return len(decode_base64url(auth)) == 16
    except ValueError:
        return False
