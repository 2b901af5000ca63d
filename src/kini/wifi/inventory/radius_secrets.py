"""RADIUS secrets of access points, encrypted and bound to their MAC."""

from kini.core.crypto import decrypt, encrypt, permanent_hash
from kini.wifi.inventory.models import AccessPoint


def secret_hash(secret: str) -> bytes:
    """Return the keyed hash by which equal secrets are found without decrypting them."""
    return permanent_hash(secret, "radius secret")


def secret_context(mac: str) -> str:
    """Return the encryption context of a secret."""
    return f"access-point:{mac}:secret"


def secret_of(point: AccessPoint) -> bytes:
    """Decrypt the RADIUS secret of an access point.

    Raises:
        DecryptionError: if its key is no longer in the ring.
    """
    return decrypt(point.secret, secret_context(point.mac))


def set_secret(point: AccessPoint, secret: str) -> None:
    point.secret, point.secret_mark = encrypt(secret.encode(), secret_context(point.mac)), secret_hash(secret)
