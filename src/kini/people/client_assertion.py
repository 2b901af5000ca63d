"""Client authentication by a signed assertion (private_key_jwt, RFC 7523 section 3, OpenID Connect Core section 9)."""

import json
import time
from collections.abc import Collection
from typing import Any

import jwt
from allauth.idp.oidc.models import Client
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from kini.core import attempt_limits
from kini.core.attempt_limits import Limit

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "PS256", "RS256", "EdDSA")
#: Longest validity in seconds; each `jti` is remembered for as long.
MAX_LIFETIME = 600
LEEWAY = 30
SHORTEST_RSA = 2048
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
PRIVATE_PARTS = {"d", "p", "q", "dp", "dq", "qi", "k"}
#: Each identifier (`jti`) is accepted once.
ONCE = Limit("people.client-assertion", count=1, seconds=MAX_LIFETIME + 2 * LEEWAY)


class ClientKeyError(ValueError):
    """Unusable public keys of a client; the message gives the reason."""


def parse_public_keys(text: str) -> list[dict[str, Any]]:
    """Parse a client's public keys into JWKs.

    Args:
        text: a public key in PEM, a JWK, or a JWK Set (RFC 7517).

    Raises:
        KeyFault: for no key, or a private, too short or unsupported one.
    """
    keys = [_from_pem(text)] if "-----BEGIN" in text else _from_json(text)
    if not keys:
        raise ClientKeyError("it contains no key")
    for key in keys:
        _check(key)
    return keys


def client_keys(client: Client) -> list[dict[str, Any]]:
    """Return the registered public keys; a client that has any authenticates by them alone."""
    return list((client.data or {}).get("keys", []))


def verify(assertion: str, client: Client, audiences: Collection[str]) -> bool:
    """Return True for an assertion signed by the client, for this server, still valid and not used before."""
    claims = next(
        (verified for key in client_keys(client) if (verified := _claims(assertion, key, client, audiences))), None
    )
    if claims is None or claims["exp"] > time.time() + MAX_LIFETIME + LEEWAY:
        return False
    return attempt_limits.try_consume(ONCE, f"{client.pk}:{claims['jti']}")


def claimed_client(assertion: str) -> str | None:
    """Return the client id that an unverified assertion claims."""
    try:
        return str(jwt.decode(assertion, options={"verify_signature": False}).get("sub", ""))
    except jwt.PyJWTError:
        return None


def _claims(assertion: str, key: dict[str, Any], client: Client, audiences: Collection[str]) -> dict[str, Any] | None:
    try:
        header = jwt.get_unverified_header(assertion)
        if header["alg"] not in ALGORITHMS or ("kid" in header and key.get("kid", header["kid"]) != header["kid"]):
            return None
        return jwt.decode(
            assertion,
            jwt.PyJWK(key, algorithm=header["alg"]),
            algorithms=[header["alg"]],
            audience=list(audiences),
            issuer=client.pk,
            subject=client.pk,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "sub", "aud", "jti"]},
        )
    except jwt.PyJWTError:
        return None


def _from_pem(text: str) -> dict[str, Any]:
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        raise ClientKeyError("it is not a public key in PEM") from None
    if isinstance(key, RSAPublicKey):
        return RSAAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, EllipticCurvePublicKey):
        return ECAlgorithm.to_jwk(key, as_dict=True)
    if isinstance(key, Ed25519PublicKey):
        return OKPAlgorithm.to_jwk(key, as_dict=True)
    raise ClientKeyError("its type is not one of RSA, P-256 and Ed25519")


def _from_json(text: str) -> list[dict[str, Any]]:
    try:
        parsed = json.loads(text)
    except ValueError:
        raise ClientKeyError("it is neither PEM nor JSON") from None
    keys = parsed.get("keys", [parsed]) if isinstance(parsed, dict) else []
    if not all(isinstance(key, dict) for key in keys):
        raise ClientKeyError("it is not a JWK Set")
    return keys


def _check(key: dict[str, Any]) -> None:
    """Raise KeyFault for a key that cannot verify assertions."""
    if PRIVATE_PARTS & key.keys():
        raise ClientKeyError("it contains a private key: give only the public one")
    if key.get("crv") != CURVES.get(str(key.get("kty"))):
        raise ClientKeyError("its curve is neither P-256 nor Ed25519")
    try:
        public = jwt.PyJWK(key, algorithm=_algorithm(key)).key
    except jwt.PyJWTError:
        raise ClientKeyError("its type is not one of RSA, P-256 and Ed25519") from None
    if isinstance(public, RSAPublicKey) and public.key_size < SHORTEST_RSA:
        raise ClientKeyError(f"its RSA key is shorter than {SHORTEST_RSA} bits")


def _algorithm(key: dict[str, Any]) -> str:
    return {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}.get(str(key.get("kty")), "none of ours")
