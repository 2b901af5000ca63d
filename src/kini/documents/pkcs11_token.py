"""Signing with an agency's key in a token (smart card, HSM) through PKCS#11.

`AGENCY.toml` describes it; its PIN is the agency's password (signing_keys.password_of):

    module = "/usr/lib/softhsm/libsofthsm2.so"     # the maker's PKCS#11 library
    token = "disdukcapil"                          # label of the token
    key = "seal"                                   # label of the private key
    certificate = "seal"                           # label of the certificate; or `certificates`, a PEM file
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko_certvalidator.registry import SimpleCertificateStore

from kini.documents.signing_keys import KeyUnavailable

REQUIRED = ("module", "token", "key")
KNOWN = (*REQUIRED, "certificate", "certificates")


@contextmanager
def open_token_signer(described: Path, pin: bytes | None) -> Iterator[PKCS11Signer]:
    """Signer of the token that the file describes; the session is closed at the end.

    Raises:
        KeyUnavailable: if the file is unreadable, or the token fails, lacks the key or rejects the PIN.
    """
    words = _read(described)
    try:
        criteria = TokenCriteria(label=words["token"])
        session = open_pkcs11_session(words["module"], token_criteria=criteria, user_pin=pin.decode() if pin else None)
    except Exception as error:  # vendors' libraries raise arbitrary exceptions
        raise KeyUnavailable(
            f"The token of {described} cannot be opened ({_message_of(error)}); check its PIN and module."
        ) from None
    try:
        yield _signer(described, words, session)
    except pkcs11.PKCS11Error as error:
        raise KeyUnavailable(f"The token of {described} did not sign ({_message_of(error)}).") from None
    finally:
        session.close()


def _read(described: Path) -> dict[str, str]:
    try:
        words: dict[str, Any] = tomllib.loads(described.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KeyUnavailable(f"{described} cannot be read ({error}).") from None
    missing = [name for name in REQUIRED if not isinstance(words.get(name), str)]
    if missing or words.keys() - set(KNOWN):
        raise KeyUnavailable(f"{described} must say {', '.join(REQUIRED)}, and may say certificate or certificates.")
    return {name: str(value) for name, value in words.items()}


def _signer(described: Path, words: dict[str, str], session: Any) -> PKCS11Signer:
    """Signer with its certificate: from the token, or from a PEM file beside its description."""
    own, store = None, SimpleCertificateStore()
    if "certificates" in words:
        own, *chain = _certificates(described.parent / words["certificates"])
        store.register_multiple(chain)
    label = words.get("certificate", words["key"]) if own is None else None
    signer = PKCS11Signer(
        session,
        key_label=words["key"],
        cert_label=label,
        signing_cert=own,
        ca_chain=store,
        use_raw_mechanism=True,  # hashed here: not every token hashes as well
    )
    if signer.signing_cert is None:
        raise KeyUnavailable(f"The token of {described} has no certificate of that label.")
    return signer


def _certificates(path: Path) -> list[asn1_x509.Certificate]:
    try:
        parts = list(asn1_pem.unarmor(path.read_bytes(), multiple=True))
    except (OSError, ValueError) as error:
        raise KeyUnavailable(f"{path} cannot be read ({error}).") from None
    return [asn1_x509.Certificate.load(der) for kind, _headers, der in parts if kind == "CERTIFICATE"]


def _message_of(error: Exception) -> str:
    return str(error) or type(error).__name__
