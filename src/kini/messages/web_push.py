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

from kini.core import crypto, current_time

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
#: Push services of browser vendors. Other endpoints are rejected to prevent requests to arbitrary URLs (SSRF).
PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
RECORD, LONGEST = 4096, 3800
SIGNED_FOR = 12 * 60 * 60


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
        ValueError: when the keys are invalid or the content exceeds one record.
    """
    if len(content) > LONGEST:
        raise ValueError("too long for one record")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode_base64url(public))
    return _sealed(content, theirs, decode_base64url(auth), ec.generate_private_key(CURVE), os.urandom(16))


def _sealed(
    content: bytes, theirs: ec.EllipticCurvePublicKey, auth: bytes, once: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    ours = encode_point(once.public_key())
    secret = _hkdf(once.exchange(ec.ECDH(), theirs), auth, b"WebPush: info\0" + encode_point(theirs) + ours, 32)
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
        "exp": int(current_time.now().timestamp()) + SIGNED_FOR,
        "sub": subject,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    signed = ".".join(encode_base64url(json.dumps(each, separators=(",", ":")).encode()) for each in (head, claims))
    r, s = decode_dss_signature(vapid_key().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{encode_base64url(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={encode_base64url(encode_point(vapid_key().public_key()))}"


def are_subscription_keys(public: str, auth: str) -> bool:
    """Return whether these are valid subscription keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode_base64url(public))
        return len(decode_base64url(auth)) == 16
    except ValueError:
        return False
