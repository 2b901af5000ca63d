"""Trusted keys and revoked certificates: what a verifier believes. Reads the files of others. Pure.

Formats: DID documents of the WHO's network (GDHCN), JSON Web Key Sets and directories of issuers (VCI), certificates in
PEM; revocation lists of hashes (EU), of card identifiers (SMART Health Cards).
"""

import binascii
import hashlib
import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID

type PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

#: Object identifiers of extended key usages in both spellings, and the kind of certificate that they allow.
_USAGES = {
    f"1.3.6.1.4.1.{arc}.2021.1.{number}": kind
    for arc in ("1847", "0.1847")
    for number, kind in ((1, "t"), (2, "v"), (3, "r"))
}
HASH_BYTES = 16


class UnreadableList(ValueError):
    """A file that is no list of keys or revocations; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that signs certificates.

    Attributes:
        key_id: of HC1 codes: 8 bytes; of SMART Health Cards: their thumbprint in ASCII.
        usages: kinds of `dcc.KINDS` that it may sign; None: all of them.
        issuer: address of the issuer of SMART Health Cards; empty for a key of HC1 codes, and where a list names none.
        is_card_key: signs SMART Health Cards.
    """

    key_id: bytes
    public: PublicKey = field(hash=False)
    usages: frozenset[str] | None = None
    country: str = ""
    issuer: str = ""
    is_card_key: bool = False


@dataclass(frozen=True)
class Trust:
    """Keys and revocations.

    Attributes:
        hashes: first 16 bytes of SHA-256 of an identifier, of country and identifier, or of a signature.
        cards: revoked cards: key id and identifier, with the second before which they are revoked; 0: always.
    """

    keys: tuple[TrustedKey, ...] = ()
    hashes: frozenset[bytes] = frozenset()
    cards: Mapping[tuple[str, str], float] = field(default_factory=dict)

    @cached_property
    def _by_id(self) -> dict[bytes, list[TrustedKey]]:
        found: dict[bytes, list[TrustedKey]] = {}
        for key in self.keys:
            found.setdefault(key.key_id, []).append(key)
        return found

    def health_keys(self, key_id: bytes) -> Iterator[TrustedKey]:
        """Keys of HC1 codes with this id: there may be several."""
        return (key for key in self._by_id.get(key_id, ()) if not key.is_card_key)

    def card_keys(self, key_id: str) -> Iterator[TrustedKey]:
        """Keys of SMART Health Cards with this thumbprint."""
        return (key for key in self._by_id.get(key_id.encode(), ()) if key.is_card_key)

    def is_revoked(self, identifiers: Iterable[tuple[str, str]], signature: bytes, *, is_ecdsa: bool) -> bool:
        """Return whether a hash of the certificate is on a list."""
        if not self.hashes:
            return False
        return any(each in self.hashes for each in revocation_hashes(identifiers, signature, is_ecdsa=is_ecdsa))

    def is_card_revoked(self, key_id: str, identifier: str, issued: float) -> bool:
        until = self.cards.get((key_id, identifier))
        return until is not None and (until == 0 or issued < until)

    def merged(self, other: "Trust") -> "Trust":
        """Keys and revocations of both."""
        return Trust(
            tuple(dict.fromkeys((*self.keys, *other.keys))),
            self.hashes | other.hashes,
            {**self.cards, **other.cards},
        )


def revocation_hashes(identifiers: Iterable[tuple[str, str]], signature: bytes, *, is_ecdsa: bool) -> Iterator[bytes]:
    """Hashes under which a certificate may be revoked: UCI, COUNTRYCODEUCI, SIGNATURE (of ECDSA its first half)."""
    for country, identifier in identifiers:
        yield from identifier_hashes(country, identifier)
    yield signature_hash(signature, is_ecdsa=is_ecdsa)


def identifier_hashes(country: str, identifier: str) -> tuple[bytes, bytes]:
    """Hashes UCI and COUNTRYCODEUCI of an identifier."""
    return _hash(identifier.encode()), _hash((country + identifier).encode())


def signature_hash(signature: bytes, *, is_ecdsa: bool) -> bytes:
    """Hash SIGNATURE of a signature."""
    return _hash(signature[: len(signature) // 2] if is_ecdsa else signature)


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:HASH_BYTES]


def key_id_of(certificate: x509.Certificate) -> bytes:
    """Key id of a document signing certificate: first 8 bytes of its SHA-256."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()[:8]


def usages_of(certificate: x509.Certificate) -> frozenset[str] | None:
    """Kinds of certificates that a key may sign; None without a restriction, also when the extension is empty."""
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    assert isinstance(extension, x509.ExtendedKeyUsage)
    kinds = frozenset(_USAGES[each.dotted_string] for each in extension if each.dotted_string in _USAGES)
    return kinds or None


def key_of_certificate(certificate: x509.Certificate, key_id: bytes = b"", country: str = "") -> TrustedKey:
    """Key of a document signing certificate.

    Raises:
        UnreadableList: for a key that is neither P-256 nor RSA of 2048 bits or more.
    """
    names = certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)
    own = str(names[0].value) if names else ""
    try:
        public = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableList(f"a certificate's key cannot be read ({error})") from None
    return TrustedKey(
        key_id or key_id_of(certificate), _usable(public), usages_of(certificate), (own or country).upper()
    )


def _usable(public: Any) -> PublicKey:
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return public
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= 2048:
        return public
    raise UnreadableList("a key is neither P-256 nor RSA of 2048 bits or more")


def read_list(data: bytes, *, issuer: str = "") -> Trust:
    """Read a file of keys or revocations in any of the formats.

    Args:
        issuer: address of the issuer of SMART Health Cards whose keys the file has; where it does not say so itself.

    Raises:
        UnreadableList: with what is wrong.
    """
    if b"-----BEGIN CERTIFICATE-----" in data:
        try:
            certificates = x509.load_pem_x509_certificates(data)
        except ValueError as error:
            raise UnreadableList(f"a certificate cannot be read ({error})") from None
        return Trust(tuple(key_of_certificate(each) for each in certificates))
    try:
        content = json.loads(data)
    except ValueError:
        raise UnreadableList("it is neither JSON nor PEM") from None
    trust = _of_json(content, issuer)
    if not trust.keys and not trust.hashes and not trust.cards:
        raise UnreadableList("it has no keys and no revocations that are understood")
    return trust


def _of_json(content: Any, issuer: str) -> Trust:
    match content:
        case {"verificationMethod": list(methods)}:
            country = _country_of_did(str(content.get("id", "")))
            return Trust(tuple(key for each in methods if (key := _did_key(each, country))))
        case {"issuerInfo": list(issuers)}:
            lists = [
                _key_set(each.get("keys") or [], _issuer(each)).merged(_card_lists(each.get("crls") or []))
                for each in issuers
                if isinstance(each, Mapping)
            ]
            return _joined(lists)
        case {"keys": list(keys)}:
            return _key_set(keys, str(content.get("iss") or issuer)).merged(_card_lists(content.get("crls") or []))
        case {"rids": list(), "kid": str()}:
            return _card_lists([content])
        case {"entries": list(entries)}:
            return Trust(hashes=frozenset(_revoked(each) for each in entries))
        case list():
            return _joined([_of_json(each, issuer) for each in content])
        case {"kty": str()}:
            return _key_set([content], issuer)
    return Trust()


def _joined(lists: Iterable[Trust]) -> Trust:
    joined = Trust()
    for each in lists:
        joined = joined.merged(each)
    return joined


def _issuer(info: Mapping[str, Any]) -> str:
    issuer = info.get("issuer")
    return str(issuer.get("iss", "") if isinstance(issuer, Mapping) else issuer or "")


def _country_of_did(did: str) -> str:
    """Country of "did:web:tng-cdn.who.int:v2:trustlist:-:IDN:DSC", in three letters; empty: it names none."""
    parts = [each for each in did.partition("#")[0].split(":") if len(each) in (2, 3) and each.isupper()]
    return next((each for each in parts if each not in ("DSC", "SCA")), "")


def _did_key(method: Any, country: str) -> TrustedKey | None:
    """Key of a verification method; None for one that is only a reference, or a key of another purpose."""
    if not isinstance(method, Mapping):
        return None
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, Mapping):
        return None
    named = str(method.get("id", ""))
    if ":SCA" in named:
        return None  # signs certificates of keys, not health certificates
    key_id = decode_base64url(str(jwk.get("kid") or unquote(named.partition("#")[2])))
    return _health_key(jwk, key_id, _country_of_did(named) or country)


def _health_key(jwk: Mapping[str, Any], key_id: bytes, country: str = "") -> TrustedKey | None:
    chain = jwk.get("x5c")
    if isinstance(chain, list) and chain:
        try:
            certificate = x509.load_der_x509_certificate(b64decode(str(chain[0])))
        except (ValueError, binascii.Error) as error:
            raise UnreadableList(f"a certificate cannot be read ({error})") from None
        return key_of_certificate(certificate, key_id, country)
    return TrustedKey(key_id, public_key_of_jwk(jwk), None, country) if key_id else None


def _key_set(keys: Iterable[Any], issuer: str) -> Trust:
    """Keys of a JSON Web Key Set: those named by their thumbprint sign cards, the others HC1 codes."""
    result: list[TrustedKey] = []
    for jwk in keys:
        if not isinstance(jwk, Mapping) or jwk.get("use", "sig") != "sig":
            continue
        try:
            public = public_key_of_jwk(jwk)
        except UnreadableList:
            continue  # of another algorithm: nothing that it signs is accepted
        kid = str(jwk.get("kid", ""))
        if isinstance(public, ec.EllipticCurvePublicKey) and kid == thumbprint(public):
            if jwk.get("alg", "ES256") == "ES256":
                result.append(TrustedKey(kid.encode(), public, issuer=issuer, is_card_key=True))
        elif key := _health_key(jwk, decode_base64url(kid), str(jwk.get("country", ""))):
            result.append(key)
    return Trust(tuple(result))


def _card_lists(lists: Iterable[Any]) -> Trust:
    """Lists of revoked cards: {kid, method: "rid", rids: ["IDENTIFIER", "IDENTIFIER.SECONDS"]}."""
    cards: dict[tuple[str, str], float] = {}
    for each in lists:
        match each:
            case {"kid": str(kid), "rids": list(rids)} if each.get("method", "rid") == "rid":
                for rid in map(str, rids):
                    identifier, _dot, seconds = rid.partition(".")
                    cards[kid, identifier] = float(seconds) if seconds.isdigit() else 0
    return Trust(cards=cards)


def _revoked(entry: Any) -> bytes:
    text = entry.get("hash") if isinstance(entry, Mapping) else entry
    data = decode_base64url(str(text))
    if len(data) != HASH_BYTES:
        raise UnreadableList(f"a revocation has not {HASH_BYTES} bytes")
    return data


def public_key_of_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Public key of a JSON Web Key.

    Raises:
        UnreadableList: if it is neither P-256 nor RSA.
    """
    try:
        if jwk.get("kty") == "EC" and jwk.get("crv") == "P-256":
            x, y = (int.from_bytes(decode_base64url(str(jwk[each]))) for each in ("x", "y"))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        if jwk.get("kty") == "RSA":
            n, e = (int.from_bytes(decode_base64url(str(jwk[each]))) for each in ("n", "e"))
            return _usable(rsa.RSAPublicNumbers(e, n).public_key())
    except (KeyError, ValueError) as error:
        raise UnreadableList(f"a key cannot be read ({error})") from None
    raise UnreadableList("a key is neither P-256 nor RSA of 2048 bits or more")


def jwk_of(public: PublicKey) -> dict[str, str]:
    """JSON Web Key of a public key."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": base64url(point.x.to_bytes(32)), "y": base64url(point.y.to_bytes(32))}
    numbers = public.public_numbers()
    parts = {
        name: base64url(each.to_bytes((each.bit_length() + 7) // 8))
        for name, each in (("n", numbers.n), ("e", numbers.e))
    }
    return {"kty": "RSA", "alg": "PS256", **parts}


def thumbprint(public: ec.EllipticCurvePublicKey) -> str:
    """Thumbprint of a key (RFC 7638), the key id of SMART Health Cards."""
    jwk = jwk_of(public)
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def standard_base64(data: bytes) -> str:
    return b64encode(data).decode()


def decode_base64url(text: str) -> bytes:
    """Decode base64 in either alphabet; empty when it is none."""
    try:
        return urlsafe_b64decode(
            text.replace("+", "-").replace("/", "_").rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        )
    except ValueError:
        return b""
