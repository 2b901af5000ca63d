"""Signatures after PAdES by an agency's own key, and the keys of a first look.

Keys lie in a folder (KINI_SIGNING_KEYS), named after the agency: `AGENCY.p12` with its password in
`AGENCY.password`, or `AGENCY.pem` with key, certificate and chain. They are read when something is signed and never
reach the database.
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "Signature"
AUTHORITY = "authority"
STAMP_SECONDS = 10
DEVELOPMENT_DAYS = 3650


class NoKey(Exception):
    """An agency's key is missing or cannot be used; the message is for the operator."""


def sign(pdf: bytes, agency: str, *, name: str, label: str, place: str) -> bytes:
    """The PDF with a signature over all of it, still PDF/UA: PAdES B-B, with an authority's time stamp B-T.

    Args:
        agency: id of the agency whose key signs.
        name: who signs, in words; `label` names the signature to screen readers, `place` is where.

    Raises:
        NoKey: when there is no key, its certificate is not valid now, or the time stamp cannot be had.
    """
    signer = signer_of(agency)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _resources = writer.find_page_for_modification(0)
    page.get_object()["/Tabs"] = generic.NameObject("/S")
    writer.update_container(page.get_object())
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=name, location=place
    )
    # Nothing to see: its box lies outside the page, which is what PDF/UA asks of a signature without a picture.
    unseen = fields.InvisSigSettings(box_out_of_bounds=True)
    field = fields.SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=label)
    address = settings.ENV.time_stamps
    stamper = HTTPTimeStamper(address, timeout=STAMP_SECONDS) if address else None
    try:
        signed = signers.PdfSigner(metadata, signer=signer, timestamper=stamper, new_field_spec=field).sign_pdf(writer)
    except (TimestampRequestError, OSError) as error:
        raise NoKey(f"The time-stamping authority {address} does not answer as it should ({error}).") from None
    return bytes(signed.getvalue())


def signer_of(agency: str) -> signers.SimpleSigner:
    """The key of an agency, ready to sign.

    Raises:
        NoKey: when there is none, it cannot be read, or its certificate is not valid now.
    """
    folder = settings.ENV.signing_keys
    signer = _from_p12(folder / f"{agency}.p12") or _from_pem(folder / f"{agency}.pem")
    if signer is None:
        raise NoKey(f'The agency "{agency}" has no signing key in {folder}; put {agency}.p12 or {agency}.pem there.')
    certificate = signer.signing_cert
    assert certificate is not None  # `_signer` gave it one
    if not certificate.not_valid_before <= datetime.now(UTC) <= certificate.not_valid_after:
        raise NoKey(f'The certificate of the agency "{agency}" is not valid now (until {certificate.not_valid_after}).')
    return signer


def has_key(folder: Path, agency: str) -> bool:
    """Whether a key of that agency lies in the folder; whether it can be used is known when it signs."""
    return any((folder / f"{agency}{ending}").is_file() for ending in (".p12", ".pem"))


def _from_p12(path: Path) -> signers.SimpleSigner | None:
    if not path.is_file():
        return None
    password = path.with_suffix(".password")
    secret = password.read_bytes().strip() if password.is_file() else None
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), secret)
    except ValueError as error:
        raise NoKey(f"{path} cannot be read ({error}); check its password in {password.name}.") from None
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise NoKey(f"{path} must hold an RSA or elliptic-curve key and its certificate.")
    return _signer(_key_der(key), [_certificate_der(each) for each in (certificate, *others)])


def _from_pem(path: Path) -> signers.SimpleSigner | None:
    if not path.is_file():
        return None
    try:
        parts = [(kind, der) for kind, _headers, der in asn1_pem.unarmor(path.read_bytes(), multiple=True)]
        keys = [der for kind, der in parts if kind == "PRIVATE KEY"]
        certificates = [der for kind, der in parts if kind == "CERTIFICATE"]
    except ValueError as error:
        raise NoKey(f"{path} cannot be read ({error}).") from None
    if len(keys) != 1 or not certificates:
        raise NoKey(f"{path} must hold one unencrypted PKCS#8 key, its certificate, then the chain.")
    return _signer(keys[0], certificates)


def _signer(key: bytes, certificates: list[bytes]) -> signers.SimpleSigner:
    own, *chain = [asn1_x509.Certificate.load(der) for der in certificates]
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    private = asn1_keys.PrivateKeyInfo.load(key)
    return signers.SimpleSigner(signing_cert=own, signing_key=private, cert_registry=store)


# Keys of a first look


def make_development_keys(folder: Path, agencies: Iterable[tuple[str, str]]) -> int:
    """Give every agency (id, name) without a key one that only proves the machinery. Says how many were made.

    An authority made here signs their certificates; nobody outside trusts it.
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
    """Key and certificates in one file that only this user reads."""
    path.touch(mode=0o600)
    plain = serialization.NoEncryption()
    key_pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(key_pem + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates))


def _key_der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
