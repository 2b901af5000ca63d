"""HC1 codes: "HC1:", base45, zlib, COSE_Sign1, CWT claims. Reads, checks and makes them. Pure.

Sources: eHealth Network, Electronic Health Certificate Specification 1.0 (hcert-spec); WHO HCERT 1.1.1; RFC 8392 (CWT),
RFC 9052 (COSE), RFC 9285 (base45).
"""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import b45
import cbor2
import numpy as np
from cbor2 import CBORTag
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256

from kini.core import es256
from kini.vaccination.certificates import dcc
from kini.vaccination.certificates.refusals import LONGEST_CODE, Reason, Refused, inflate
from kini.vaccination.certificates.trust import Trust, TrustedKey

PREFIX = "HC1:"
CWT_TAG, SIGN1_TAG = 61, 18
ALGORITHM, KEY_ID = 1, 4
ES256, PS256 = -7, -37
ISSUER, EXPIRES, ISSUED, HCERT = 1, 4, 6, -260
#: Keys of the health certificates in the claim HCERT.
DCC, WHO_VACCINATION, WHO_TEST = 1, 3, 4
DEEPEST = 12
#: Letters of base45, and their values by their code.
_BASE45 = re.compile(r"[0-9A-Z $%*+\-./:]*")
_DIGITS = np.zeros(128, np.uint32)
_DIGITS[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", np.uint8)] = np.arange(45)
_SIMPLE = frozenset({str, int, bool, float, bytes, type(None)})
_KEYS = frozenset({str, int, bool})
_MAPS, _LISTS = (dict, Mapping), (list, tuple)
_PSS = padding.PSS(padding.MGF1(SHA256()), 32)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed message whose signature is not checked yet. `signed` is what the signature is over."""

    algorithm: Any
    key_id: bytes
    payload: bytes
    signature: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class HealthCertificate:
    """A certificate with a good signature.

    Attributes:
        content: the DCC; None: a certificate of the WHO's form, whose core data are in `raw`.
        raw: the DCC as signed, for rules.
        kinds: of `dcc.KINDS`.
    """

    key: TrustedKey
    issuer: str
    issued_at: datetime | None
    expires_at: datetime | None
    content: dcc.Content | None
    raw: Mapping[str, Any]
    kinds: frozenset[str]
    name: str
    birth_date: str
    signature: bytes

    @property
    def identifiers(self) -> tuple[tuple[str, str], ...]:
        """Country and identifier (UVCI) of each entry."""
        return tuple((each.co, each.ci) for each in self.content.entries) if self.content else ()


def open_envelope(text: str) -> Envelope:
    """Read the envelope of a code.

    Raises:
        Refused: TOO_LONG, NOT_READABLE.
    """
    if len(text) > LONGEST_CODE:
        raise Refused(Reason.TOO_LONG, f"{len(text)} characters")
    text = text.strip("\r\n\t").lstrip(" ")
    if not text.startswith(PREFIX):
        raise Refused(Reason.NOT_READABLE, 'it does not begin with "HC1:"')
    message = _loads(inflate(_base45(text[len(PREFIX) :])))
    if isinstance(message, CBORTag) and message.tag == CWT_TAG:
        message = message.value
    if isinstance(message, CBORTag) and message.tag == SIGN1_TAG:
        message = message.value
    match message:
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)]:
            headers = _headers(protected) if protected else {}
        case _:
            raise Refused(Reason.NOT_READABLE, "it is no COSE_Sign1 message")
    if not isinstance(headers, Mapping):
        raise Refused(Reason.NOT_READABLE, "its protected header is no map")
    key_id = headers[KEY_ID] if KEY_ID in headers else unprotected.get(KEY_ID)
    return Envelope(
        headers[ALGORITHM] if ALGORITHM in headers else unprotected.get(ALGORITHM),
        key_id if isinstance(key_id, bytes) else b"",
        payload,
        signature,
        cbor2.dumps(["Signature1", protected if headers else b"", b"", payload]),
    )


def verify(text: str, trust: Trust, at: datetime) -> HealthCertificate:
    """Check a code: signature, times, usage of the key, structure, revocation.

    Args:
        at: the moment for which it is checked.

    Raises:
        Refused: with the reason.
    """
    envelope = open_envelope(text)
    signers = [key for key in trust.health_keys(envelope.key_id) if _is_signed(envelope, key)]
    if not signers:
        raise Refused(Reason.NOT_TRUSTED, f"key {envelope.key_id.hex() or 'not named'}")
    claims = _plain(_loads(envelope.payload))
    if not isinstance(claims, Mapping):
        raise Refused(Reason.MALFORMED, "the claims are no map")
    return _check(claims, envelope, signers, trust, at)


def _check(
    claims: Mapping[Any, Any], envelope: Envelope, signers: Sequence[TrustedKey], trust: Trust, at: datetime
) -> HealthCertificate:
    health, issuer = claims.get(HCERT), claims.get(ISSUER)
    if not isinstance(health, Mapping):
        raise Refused(Reason.MALFORMED, "there is no health certificate")
    issued_at, expires_at = _time(claims, ISSUED), _time(claims, EXPIRES)
    if issued_at and at < issued_at:
        raise Refused(Reason.NOT_YET_VALID, f"issued at {issued_at.isoformat()}")
    if expires_at and at >= expires_at:
        raise Refused(Reason.EXPIRED, f"expired at {expires_at.isoformat()}")
    content, raw, kinds, name, birth_date = _health_content(health)
    if content and expires_at is None:
        raise Refused(Reason.MALFORMED, "it has no end")
    key = next((each for each in signers if each.usages is None or kinds <= each.usages), None)
    if key is None:
        raise Refused(Reason.WRONG_KEY_USAGE, f"key {envelope.key_id.hex()}")
    certificate = HealthCertificate(
        key,
        issuer if isinstance(issuer, str) else "",
        issued_at,
        expires_at,
        content,
        raw,
        kinds,
        name,
        birth_date,
        envelope.signature,
    )
    if trust.is_revoked(certificate.identifiers, envelope.signature, is_ecdsa=envelope.algorithm == ES256):
        raise Refused(Reason.REVOKED, "it is on a revocation list")
    return certificate


def _health_content(
    health: Mapping[Any, Any],
) -> tuple[dcc.Content | None, Mapping[str, Any], frozenset[str], str, str]:
    """Content, its raw form, kinds, name and birth date of the claim HCERT."""
    if DCC in health:
        content = dcc.read(health[DCC])
        return content, health[DCC], content.kinds, content.name, content.birth_date
    for key, kind in ((WHO_VACCINATION, "v"), (WHO_TEST, "t")):
        core = health.get(key)
        if isinstance(core, list) and core:
            core = core[0]
        if isinstance(core, Mapping) and isinstance(core.get("name"), str):
            born = core.get("birthDate") or ""
            return None, core, frozenset(kind), core["name"], born if isinstance(born, str) else ""
    raise Refused(Reason.MALFORMED, "there is no known health certificate")


def _base45(text: str) -> bytes:
    """Decode base45 strictly; the library that encodes neither checks letters nor looks for sums that are too large."""
    if _BASE45.fullmatch(text) is not None:
        digits = _DIGITS[np.frombuffer(text.encode(), np.uint8)]
        whole, rest = divmod(len(digits), 3)
        triples = digits[: 3 * whole : 3] + 45 * digits[1 : 3 * whole : 3] + 2025 * digits[2 : 3 * whole : 3]
        last = int(digits[-2] + 45 * digits[-1]) if rest == 2 else 0
        if rest != 1 and last < 256 and (not whole or triples.max() < 65536):
            return triples.astype(">u2").tobytes() + bytes([last] if rest else [])
    raise Refused(Reason.NOT_READABLE, "base45")


def _loads(data: bytes) -> Any:
    """Decode CBOR; the decoder raises many types of errors about hostile input."""
    try:
        return cbor2.loads(data)
    except Exception as error:
        raise Refused(Reason.NOT_READABLE, f"CBOR: {type(error).__name__}") from None


@lru_cache(maxsize=64)
def _headers(protected: bytes) -> Any:
    """Decode a protected header, which is the same in all codes of a key."""
    return _loads(protected)


def _plain(value: Any, deepest: int = DEEPEST) -> Any:
    """Value of maps, lists, texts, numbers and bytes only; dates as text, further tags refused."""
    if type(value) in _SIMPLE:
        return value
    if deepest == 0:
        raise Refused(Reason.MALFORMED, "it is nested too deeply")
    if isinstance(value, _MAPS):
        return {
            key: each if type(each) in _SIMPLE else _plain(each, deepest - 1)
            for key, each in value.items()
            if type(key) in _KEYS
        }
    if isinstance(value, _LISTS):
        return [_plain(each, deepest - 1) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, CBORTag):
        return _plain(value.value, deepest - 1)
    raise Refused(Reason.MALFORMED, f"it has a value of the type {type(value).__name__}")


def _time(claims: Mapping[Any, Any], claim: int) -> datetime | None:
    seconds = claims.get(claim)
    if seconds is None:
        return None
    try:
        if isinstance(seconds, str):
            moment = datetime.fromisoformat(seconds)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Refused(Reason.MALFORMED, f"claim {claim} is no time")


def _is_signed(envelope: Envelope, key: TrustedKey) -> bool:
    """Check the signature with one key; the algorithm of the header must be that of the key."""
    public = key.public
    if isinstance(public, ec.EllipticCurvePublicKey):
        return envelope.algorithm == ES256 and es256.is_signed(public, envelope.signed, envelope.signature)
    if envelope.algorithm != PS256:
        return False
    try:
        public.verify(envelope.signature, envelope.signed, _PSS, SHA256())
    except InvalidSignature:
        return False
    return True


def issue(
    content: Mapping[str, Any],
    *,
    key: ec.EllipticCurvePrivateKey,
    key_id: bytes,
    issuer: str,
    issued_at: datetime,
    expires_at: datetime,
) -> tuple[str, bytes]:
    """Sign a DCC.

    Args:
        key: of P-256 (`issuing_keys`).
        issuer: the country, "ID".

    Returns:
        The code, and its signature, of which revocation lists have the hash.
    """
    claims = {
        ISSUER: issuer,
        EXPIRES: int(expires_at.timestamp()),
        ISSUED: int(issued_at.timestamp()),
        HCERT: {DCC: dict(content)},
    }
    protected, payload = cbor2.dumps({ALGORITHM: ES256, KEY_ID: key_id}), cbor2.dumps(claims)
    signature = es256.sign(key, cbor2.dumps(["Signature1", protected, b"", payload]))
    message = cbor2.dumps(CBORTag(SIGN1_TAG, [protected, {}, payload, signature]))
    # With a window of 4 kB: one of 32 kB takes longer to allocate than the message to compress.
    deflate = zlib.compressobj(9, zlib.DEFLATED, 12, 5)
    return PREFIX + b45.encode(deflate.compress(message) + deflate.flush()), signature
