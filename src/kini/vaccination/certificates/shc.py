"""SMART Health Cards: "shc:/" digits, chunks, JWS with ES256, raw DEFLATE, FHIR bundle. Pure.

Source: SMART Health Cards Framework 1.4 (spec.smarthealth.cards).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from kini.core import es256
from kini.vaccination.certificates.refusals import LONGEST_CODE, LONGEST_CONTENT, Reason, Refused, inflate
from kini.vaccination.certificates.trust import Trust, TrustedKey, decode_base64url

PREFIX = "shc:/"
HEALTH_CARD = "https://smarthealth.cards#health-card"
MOST_CHUNKS = 20
MOST_ENTRIES = 200
#: Digits of the largest QR code (version 40, numeric).
LONGEST_DIGITS = 7_089
#: Part of a JWS that has no chunks: as long as its content may be.
LONGEST_JWS = 2 * LONGEST_CONTENT
_JWS = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_CHUNK = re.compile(r"(?:(\d{1,2})/(\d{1,2})/)?(\d+)", re.ASCII)
_BIRTH = re.compile(r"\d{4}(-\d\d){0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HealthCard:
    """A card with a good signature."""

    issuer: str
    name: str
    birth_date: str


def is_card(text: str) -> bool:
    """Return whether the text claims to be a card: digits of a QR code, or a JWS."""
    text = text.strip()
    return text[:5].lower() == PREFIX or _JWS.fullmatch(text) is not None


def join_chunks(codes: Sequence[str]) -> str:
    """JWS of one card from the texts of its codes, in any order.

    Raises:
        Refused: TOO_LONG; NOT_READABLE, also when a chunk is missing, or those of several cards are mixed.
    """
    if len(codes) == 1 and (jws := codes[0].strip()) and _JWS.fullmatch(jws):
        if len(jws) > LONGEST_JWS:
            raise Refused(Reason.TOO_LONG, f"{len(jws)} characters")
        return jws
    parts: dict[int, str] = {}
    total = 0
    for code in codes:
        number, count, digits = _chunk(code.strip())
        if parts and count != total:
            raise Refused(Reason.NOT_READABLE, "chunks of different cards")
        total = count
        if parts.setdefault(number, digits) != digits:
            raise Refused(Reason.NOT_READABLE, "two different chunks of one number")
    if sorted(parts) != list(range(1, total + 1)):
        raise Refused(Reason.NOT_READABLE, f"{len(parts)} of {total} chunks")
    return "".join(_letters(parts[number]) for number in sorted(parts))


def _chunk(code: str) -> tuple[int, int, str]:
    if len(code) > LONGEST_DIGITS or (len(code) > LONGEST_CODE and not code[len(PREFIX) :].isdigit()):
        raise Refused(Reason.TOO_LONG, f"{len(code)} characters")
    match = _CHUNK.fullmatch(code[len(PREFIX) :]) if code[: len(PREFIX)].lower() == PREFIX else None
    if match is None:
        raise Refused(Reason.NOT_READABLE, "it is no code of a SMART Health Card")
    number, count = int(match[1] or 1), int(match[2] or 1)
    if not 1 <= number <= count <= MOST_CHUNKS:
        raise Refused(Reason.NOT_READABLE, f"chunk {number} of {count}")
    return number, count, match[3]


def _letters(digits: str) -> str:
    """Characters of pairs of digits: each is its code less 45."""
    if len(digits) % 2:
        raise Refused(Reason.NOT_READABLE, "an odd number of digits")
    codes = [int(digits[at : at + 2]) + 45 for at in range(0, len(digits), 2)]
    if max(codes, default=0) > 122:
        raise Refused(Reason.NOT_READABLE, "digits that stand for no letter")
    return "".join(map(chr, codes))


def verify(codes: Sequence[str], trust: Trust, at: datetime) -> HealthCard:
    """Check a card: signature, times, structure, revocation.

    Args:
        codes: texts of its QR codes, usually one; or its JWS.

    Raises:
        Refused: with the reason.
    """
    jws = join_chunks(codes)
    if _JWS.fullmatch(jws) is None:
        raise Refused(Reason.NOT_READABLE, "it is no JWS")
    head, body, signature = jws.split(".")
    header = _json(decode_base64url(head))
    if header.get("alg") != "ES256" or header.get("zip") != "DEF" or not isinstance(header.get("kid"), str):
        raise Refused(Reason.MALFORMED, "the header needs alg ES256, zip DEF and a key id")
    key_id = header["kid"]
    signers = [key for key in trust.card_keys(key_id) if _is_signed(f"{head}.{body}", decode_base64url(signature), key)]
    if not signers:
        raise Refused(Reason.NOT_TRUSTED, f"key {key_id[:60]}")
    payload = _json(inflate(decode_base64url(body), raw=True))
    issuer = payload.get("iss")
    if not any(each.issuer in ("", issuer) for each in signers):
        raise Refused(Reason.NOT_TRUSTED, "the key belongs to another issuer")
    return _check(payload, key_id, trust, at)


def _check(payload: Mapping[str, Any], key_id: str, trust: Trust, at: datetime) -> HealthCard:
    match payload:
        case {
            "iss": str(issuer),
            "nbf": int() | float() as not_before,
            "vc": {"type": list(types), "credentialSubject": {"fhirBundle": Mapping() as bundle}} as credential,
        } if HEALTH_CARD in types and not isinstance(not_before, bool):
            pass
        case _:
            raise Refused(Reason.MALFORMED, "it lacks issuer, time, types or the bundle of a health card")
    issued_at, expires_at = _time(not_before), _time(payload["exp"]) if payload.get("exp") is not None else None
    if at < issued_at:
        raise Refused(Reason.NOT_YET_VALID, f"valid from {issued_at.isoformat()}")
    if expires_at and at >= expires_at:
        raise Refused(Reason.EXPIRED, f"expired at {expires_at.isoformat()}")
    name, birth_date = _person(bundle)
    rid = credential.get("rid")
    if isinstance(rid, str) and trust.is_card_revoked(key_id, rid, not_before):
        raise Refused(Reason.REVOKED, "it is on its issuer's revocation list")
    return HealthCard(issuer, name, birth_date)


def _person(bundle: Mapping[str, Any]) -> tuple[str, str]:
    """Name and birth date of the one patient."""
    entries = bundle.get("entry")
    if bundle.get("resourceType") != "Bundle" or not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise Refused(Reason.MALFORMED, "it has no bundle of resources")
    resources = [each.get("resource") for each in entries if isinstance(each, Mapping)]
    patients = [each for each in resources if isinstance(each, Mapping) and each.get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise Refused(Reason.MALFORMED, f"it has {len(patients)} persons")
    name, birth_date = _name(patients[0]), patients[0].get("birthDate", "")
    if not name or not isinstance(birth_date, str) or (birth_date and not _BIRTH.fullmatch(birth_date)):
        raise Refused(Reason.MALFORMED, "the person has no name, or no readable birth date")
    return name, birth_date


def _name(patient: Mapping[str, Any]) -> str:
    """Name as written, else given names and family name; of several the official one."""
    names = [each for each in _list(patient.get("name")) if isinstance(each, Mapping)]
    for name in sorted(names, key=lambda each: each.get("use") != "official"):
        parts = [*_list(name.get("given")), name.get("family")]
        text = " ".join(part for part in parts if isinstance(part, str)) or name.get("text")
        if isinstance(text, str) and text.strip():
            return " ".join(text.split())
    return ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(seconds: Any) -> datetime:
    try:
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Refused(Reason.MALFORMED, "a time is none")


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(Reason.NOT_READABLE, "it is no JSON") from None
    if not isinstance(value, dict):
        raise Refused(Reason.MALFORMED, "it is no JSON object")
    return value


def _is_signed(signed: str, signature: bytes, key: TrustedKey) -> bool:
    return isinstance(key.public, ec.EllipticCurvePublicKey) and es256.is_signed(key.public, signed.encode(), signature)
