"""Keys that sign the city's certificates: files in the operator's key folder, several at once.

`health-certificates/NAME.pem` in the folder of signing keys (documents) has a P-256 key and its certificate; a file
with the certificate alone is a key that no longer signs, whose certificates stay valid. The newest valid key signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kini.core import current_time
from kini.documents.public import signing_keys
from kini.vaccination.certificates import trust
from kini.vaccination.certificates.trust import TrustedKey, UnreadableList

FOLDER = "health-certificates"


@dataclass(frozen=True, slots=True)
class IssuingKey:
    """A key with its certificate; `signer` is None when only the certificate is left."""

    name: str
    certificate: x509.Certificate
    trusted: TrustedKey
    signer: ec.EllipticCurvePrivateKey | None

    def is_valid(self, at: datetime) -> bool:
        return self.certificate.not_valid_before_utc <= at <= self.certificate.not_valid_after_utc


def folder() -> Path:
    """Folder of these keys."""
    return signing_keys.keys_folder() / FOLDER


def issuing_keys() -> Sequence[IssuingKey]:
    """All keys whose certificates verifiers shall trust; read again when a file changes.

    Raises:
        KeyUnavailable: a file cannot be read.
    """
    paths = sorted(path for path in folder().glob("*.pem") if path.stem != signing_keys.AUTHORITY)
    return _read(tuple((path, path.stat().st_mtime_ns) for path in paths))


def signing_key() -> IssuingKey:
    """The newest valid key that can sign.

    Raises:
        KeyUnavailable: there is none.
    """
    now = current_time.now()
    usable = [key for key in issuing_keys() if key.signer and key.is_valid(now)]
    if not usable:
        raise signing_keys.KeyUnavailable(f"There is no valid key for health certificates in {folder()}.")
    return max(usable, key=lambda key: (key.certificate.not_valid_before_utc, key.name))


@lru_cache(maxsize=2)
def _read(files: tuple[tuple[Path, int], ...]) -> tuple[IssuingKey, ...]:
    return tuple(_key(path) for path, _changed in files)


def _key(path: Path) -> IssuingKey:
    content = path.read_bytes()
    try:
        certificate = x509.load_pem_x509_certificates(content)[0]
        trusted = trust.key_of_certificate(certificate)
        signer = _signer(content, path.stem, trusted) if b"PRIVATE KEY-----" in content else None
    except (ValueError, TypeError, IndexError, UnreadableList) as error:
        raise signing_keys.KeyUnavailable(f"{path} cannot be read ({error}).") from None
    return IssuingKey(path.stem, certificate, trusted, signer)


def _signer(content: bytes, name: str, trusted: TrustedKey) -> ec.EllipticCurvePrivateKey:
    private = load_pem_private_key(content, signing_keys.password_of(name))
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != trusted.public:
        raise ValueError("the key must be P-256, and that of the certificate")
    return private
