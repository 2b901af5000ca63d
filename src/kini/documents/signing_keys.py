"""Signing keys of the agencies: location, passwords, and development keys.

They are files of the folder KINI_SIGNING_KEYS: `AGENCY.p12`, or `AGENCY.pem` with key, certificate and chain, or
`AGENCY.toml`, which names a key in a token (PKCS#11). Their passwords are in `AGENCY.password` of the folder
KINI_SIGNING_PASSWORDS. They are read when something is signed (signing.py) and never reach the database or a backup.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kini.documents.environment import DocumentsEnvironment

AUTHORITY = "authority"
DEVELOPMENT_DAYS = 3650


class KeyUnavailable(Exception):
    """An agency's key is missing or cannot be used; the message is for the operator."""


def keys_folder() -> Path:
    """Folder of the keys; rooms with keys of their own have a folder in it."""
    return DocumentsEnvironment.current().keys_folder


def has_key(folder: Path, agency: str) -> bool:
    """Check for a key file of the agency; it is validated when it signs."""
    return any((folder / f"{agency}{ending}").is_file() for ending in (".toml", ".p12", ".pem"))


def password_of(agency: str) -> bytes | None:
    """The password of an agency's key, or the PIN of its token; None when there is none."""
    path = DocumentsEnvironment.current().passwords_folder / f"{agency}.password"
    return path.read_bytes().strip() if path.is_file() else None


def make_development_keys(folder: Path, agencies: Iterable[tuple[str, str]]) -> int:
    """Create a development key for every agency (id, name) without a key. Returns their number.

    Certificates are signed by a local development authority that nobody trusts.
    """
    wanted = [(agency, name) for agency, name in agencies if not has_key(folder, agency)]
    if not wanted:
        return 0
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key, authority = _authority(folder / f"{AUTHORITY}.pem")
    for agency, name in wanted:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, authority.subject, authority_key, is_authority=False)
        _write(folder / f"{agency}.pem", key, certificate, authority)
    return len(wanted)


def _authority(path: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    if path.is_file():
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key, x509.load_pem_x509_certificate(content)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Kini development authority")
    certificate = _certificate("Kini development authority", key, name, key, is_authority=True)
    _write(path, key, certificate)
    return key, certificate


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    signs = {"digital_signature": not is_authority, "content_commitment": not is_authority}
    issues = {"key_cert_sign": is_authority, "crl_sign": is_authority}
    unused = ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only")
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DEVELOPMENT_DAYS))
        .add_extension(x509.BasicConstraints(is_authority, 0 if is_authority else None), critical=True)
        .add_extension(x509.KeyUsage(**signs, **issues, **dict.fromkeys(unused, False)), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _write(path: Path, key: ec.EllipticCurvePrivateKey, *certificates: x509.Certificate) -> None:
    """Write key and certificates to one file, readable by this user only."""
    path.touch(mode=0o600)
    plain = serialization.NoEncryption()
    key_pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(key_pem + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates))
