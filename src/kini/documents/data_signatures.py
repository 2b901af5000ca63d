"""Detached signatures of other data than PDF, with an agency's key: CMS (RFC 5652), which `openssl cms` verifies."""

import asyncio


class InvalidDataSignature(Exception):
    """The signature is not one of this data."""


def sign_data(agency: str, data: bytes) -> bytes:
    """Sign data with an agency's key; returns the signature with its certificates, in DER.

    Raises:
        KeyUnavailable: as `signing.load_signer`.
    """
    from kini.documents import signing  # large, and most processes never sign

    with signing.open_signer(agency) as signer:
        signed = asyncio.run(signer.async_sign_general_data(data, "sha256", detached=True, use_cades=True))
    return bytes(signed.dump())


def signer_of(data: bytes, signature: bytes) -> str:
    """Return the name in the certificate that signed this data. Whether to trust it is for the reader to say.

    Raises:
        InvalidDataSignature: it is no signature, or not of this data.
    """
    from asn1crypto import cms
    from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
    from pyhanko_certvalidator import ValidationContext

    try:
        signed = cms.ContentInfo.load(signature)["content"]
        # Only the signature is checked: its own certificates are trusted here.
        trusted = ValidationContext(trust_roots=[each.chosen for each in signed["certificates"]])
        status = asyncio.run(async_validate_detached_cms(data, signed, trusted))
    except ValueError as error:
        raise InvalidDataSignature(str(error)) from None
    if not (status.intact and status.valid):
        raise InvalidDataSignature("the data was changed, or another key signed it")
    return str(status.signing_cert.subject.native.get("common_name", ""))
