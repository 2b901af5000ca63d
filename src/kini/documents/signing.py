"""PAdES signatures with an agency's key.

Import it lazily: its library is large, and most processes never sign.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kini.documents import pkcs11_token, signing_keys
from kini.documents.environment import DocumentsEnvironment
from kini.documents.signing_keys import KeyUnavailable

FIELD = "Signature"
KEYS = ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
STAMP_SECONDS = 10


@contextmanager
def open_signer(agency: str) -> Iterator[signers.Signer]:
    """Signer of an agency; the session of a token is closed at the end.

    Raises:
        KeyUnavailable: as `load_signer`.
    """
    described = DocumentsEnvironment.current().keys_folder / f"{agency}.toml"
    if not described.is_file():
        yield load_signer(agency)
        return
    with pkcs11_token.open_token_signer(described, signing_keys.password_of(agency)) as signer:
        _require_valid(agency, signer)
        yield signer


def sign_pdf(pdf: bytes, signer: signers.Signer, *, name: str, label: str, place: str) -> bytes:
    """Sign a PDF, keeping PDF/UA: PAdES B-B, or B-T with a time-stamping authority.

    Args:
        name: name of the signer; `label`: name of the signature for screen readers; `place`: location.

    Raises:
        KeyUnavailable: if the time-stamping authority fails.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _resources = writer.find_page_for_modification(0)
    page.get_object()["/Tabs"] = generic.NameObject("/S")
    writer.update_container(page.get_object())
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=name, location=place
    )
    # Invisible: PDF/UA requires the box of a signature without a picture to lie outside the page.
    unseen = fields.InvisSigSettings(box_out_of_bounds=True)
    field = fields.SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=label)
    address = DocumentsEnvironment.current().time_stamps
    stamper = HTTPTimeStamper(address, timeout=STAMP_SECONDS) if address else None
    try:
        signed = signers.PdfSigner(metadata, signer=signer, timestamper=stamper, new_field_spec=field).sign_pdf(writer)
    except (TimestampRequestError, OSError) as error:
        raise KeyUnavailable(f"The time-stamping authority {address} does not answer as it should ({error}).") from None
    return bytes(signed.getvalue())


def load_signer(agency: str) -> signers.SimpleSigner:
    """Load the signer of an agency.

    Raises:
        KeyUnavailable: without a key, if it is unreadable, or if its certificate is not valid now.
    """
    folder, password = DocumentsEnvironment.current().keys_folder, signing_keys.password_of(agency)
    signer = _from_p12(folder / f"{agency}.p12", password) or _from_pem(folder / f"{agency}.pem", password)
    if signer is None:
        raise KeyUnavailable(
            f'The agency "{agency}" has no signing key in {folder}; put {agency}.p12 or {agency}.pem there.'
        )
    _require_valid(agency, signer)
    return signer


def _require_valid(agency: str, signer: signers.Signer) -> None:
    certificate = signer.signing_cert
    assert certificate is not None  # a signer always has a certificate
    if not certificate.not_valid_before <= datetime.now(UTC) <= certificate.not_valid_after:
        raise KeyUnavailable(
            f'The certificate of the agency "{agency}" is not valid now (until {certificate.not_valid_after}).'
        )


def _from_p12(path: Path, password: bytes | None) -> signers.SimpleSigner | None:
    if not path.is_file():
        return None
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), password)
    except ValueError as error:
        raise KeyUnavailable(f"{path} cannot be read ({error}); check its password in {path.stem}.password.") from None
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnavailable(f"{path} must hold an RSA or elliptic-curve key and its certificate.")
    return _signer(_key_der(key), [_certificate_der(each) for each in (certificate, *others)])


def _from_pem(path: Path, password: bytes | None) -> signers.SimpleSigner | None:
    if not path.is_file():
        return None
    try:
        parts = [(kind, der) for kind, _headers, der in asn1_pem.unarmor(path.read_bytes(), multiple=True)]
        own = [_opened(kind, der, password) for kind, der in parts if kind in KEYS]
        certificates = [der for kind, der in parts if kind == "CERTIFICATE"]
    except (ValueError, TypeError) as error:
        raise KeyUnavailable(f"{path} cannot be read ({error}); check its password in {path.stem}.password.") from None
    if len(own) != 1 or not certificates:
        raise KeyUnavailable(f"{path} must hold one PKCS#8 key, its certificate, then the chain.")
    return _signer(own[0], certificates)


def _opened(kind: str, der: bytes, password: bytes | None) -> bytes:
    """Decrypt a PKCS#8 key; one without a password is returned as it is."""
    if kind == "PRIVATE KEY":
        return der
    key = serialization.load_der_private_key(der, password)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError("it is no RSA or elliptic-curve key")
    return _key_der(key)


def _signer(key: bytes, certificates: list[bytes]) -> signers.SimpleSigner:
    own, *chain = [asn1_x509.Certificate.load(der) for der in certificates]
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    private = asn1_keys.PrivateKeyInfo.load(key)
    return signers.SimpleSigner(signing_cert=own, signing_key=private, cert_registry=store)


def _key_der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
