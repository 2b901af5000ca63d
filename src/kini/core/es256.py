"""ES256: ECDSA with P-256 and SHA-256, its signatures as r and s in 64 bytes, as JOSE, COSE and WebCrypto have them."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_ALGORITHM = ec.ECDSA(SHA256())


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign with a P-256 key."""
    r, s = decode_dss_signature(key.sign(data, _ALGORITHM))
    return r.to_bytes(32) + s.to_bytes(32)


def is_signed(key: ec.EllipticCurvePublicKey, data: bytes, signature: bytes) -> bool:
    """Return whether the signature is of this key over this data; False for one of another length."""
    if len(signature) != 64:
        return False
    try:
        key.verify(
            encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:])), data, _ALGORITHM
        )
    except InvalidSignature:
        return False
    return True
