"""Web push: payload encryption (RFC 8291, aes128gcm) and VAPID authorization (RFC 8292).

The VAPID key (P-256) is derived from the oldest key of KINI_HASH_KEY, since browsers bind subscriptions to it.
"""

import base64
import json
import os
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kini.core import crypto, moments

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: Push services of browser vendors. Other endpoints are rejected to prevent requests to arbitrary URLs (SSRF).
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
RECORD, LONGEST = 4096, 3800
SIGNED_FOR = 12 * 60 * 60


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Decode base64url without padding; raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Uncompressed point, 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def own_key() -> ec.EllipticCurvePrivateKey:
    """The city's VAPID key."""
    return _key(crypto.permanent_mac(b"vapid", "messages.push"))


@cache
def _key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(secret) % (ORDER - 1) + 1, CURVE)


def is_service(endpoint: str) -> bool:
    """Return whether an endpoint belongs to a known push service."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    known = any(host == each or host.endswith(f".{each}") for each in SERVICES)
    return parts.scheme == "https" and known and parts.port in (None, 443) and not parts.username


def seal(content: bytes, public: str, auth: str) -> bytes:
    """Encrypt the request body for one subscription.

    Args:
        public, auth: p256dh and auth of the subscription, base64url.

    Raises:
        ValueError: when the keys are invalid or the content exceeds one record.
    """
    if len(content) > LONGEST:
        raise ValueError("too long for one record")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(public))
    return _sealed(content, theirs, unb64(auth), ec.generate_private_key(CURVE), os.urandom(16))


def _sealed(
    content: bytes, theirs: ec.EllipticCurvePublicKey, auth: bytes, once: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    ours = point(once.public_key())
    secret = _hkdf(once.exchange(ec.ECDH(), theirs), auth, b"WebPush: info\0" + point(theirs) + ours, 32)
    key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, content + b"\x02", None)


def _hkdf(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def authorization(endpoint: str, subject: str) -> str:
    """VAPID Authorization header.

    Args:
        subject: contact of the sender, "https://..." or "mailto:...".
    """
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(moments.now().timestamp()) + SIGNED_FOR,
        "sub": subject,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(b64(json.dumps(each, separators=(",", ":")).encode()) for each in (head, claims))
    r, s = decode_dss_signature(own_key().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{b64(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={b64(point(own_key().public_key()))}"


def is_subscription(public: str, auth: str) -> bool:
    """Return whether these are valid subscription keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(public))
        return len(unb64(auth)) == 16
    except ValueError:
        return False
