"""Publication of keys, revocations, and the lists of the gatekeepers' page."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.urls import reverse

from kini.city.public import pack
from kini.core import current_time
from kini.vaccination.certificates import queries
from kini.vaccination.certificates.business_rules import RuleSet
from kini.vaccination.certificates.issuing_keys import IssuingKey, issuing_keys
from kini.vaccination.certificates.trust import Trust, TrustedKey, jwk_of, standard_base64

DID_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]


def did() -> str:
    """Identifier of the trust list (did:web), which resolves to its address."""
    address = urlsplit(f"{settings.ENV.address}{reverse('vaccination:trust-list')}")
    path = address.path.removesuffix("/did.json").strip("/").replace("/", ":")
    return f"did:web:{quote(address.netloc, safe='')}:{path}"


def did_document() -> dict[str, Any]:
    """Trust list as DID document, as the WHO's network has it."""
    own, name = issuing_keys(), did()
    methods = [
        {
            "id": f"{name}#{quote(standard_base64(key.trusted.key_id), safe='')}",
            "type": "JsonWebKey2020",
            "controller": name,
            "publicKeyJwk": _jwk(key),
        }
        for key in own
    ]
    ids = [method["id"] for method in methods]
    return {"@context": DID_CONTEXT, "id": name, "verificationMethod": methods, "assertionMethod": ids}


def key_set() -> dict[str, Any]:
    """Trust list as JSON Web Key Set."""
    return {"keys": [_jwk(key) for key in issuing_keys()]}


def _jwk(key: IssuingKey) -> dict[str, Any]:
    certificate = key.certificate.public_bytes(Encoding.DER)
    return {
        **jwk_of(key.trusted.public),
        "kid": standard_base64(key.trusted.key_id),
        "use": "sig",
        "x5c": [standard_base64(certificate)],
    }


def revocation_list() -> dict[str, Any]:
    """Hashes (first 16 bytes of SHA-256) of revoked certificates that have not expired."""
    return {
        "country": pack.current().country,
        "hashTypes": ["UCI", "COUNTRYCODEUCI", "SIGNATURE"],
        "entries": [{"hash": standard_base64(each)} for each in queries.revoked_hashes()],
    }


def verifier_lists() -> dict[str, Any]:
    """Everything that the page of gatekeepers needs to verify without a network."""
    return lists_of(queries.trusted(), queries.rules(), pack.current().country, current_time.now())


def lists_of(trust: Trust, rule_set: RuleSet, country: str, at: datetime) -> dict[str, Any]:
    """Lists of the gatekeepers' page, made at a moment."""
    return {
        "made": at.isoformat(timespec="seconds"),
        "country": country,
        "keys": list(_keys(trust.keys)),
        "hashes": sorted(each[: queries.SHORT_HASH].hex() for each in trust.hashes),
        "cards": _cards(trust),
        "rules": [rule.model_dump(mode="json", by_alias=True) for rule in rule_set.rules],
        "valueSets": dict(rule_set.value_sets),
    }


def _keys(keys: Iterable[TrustedKey]) -> Iterable[dict[str, Any]]:
    for key in keys:
        content: dict[str, Any] = {"jwk": jwk_of(key.public)}
        content["kid"] = key.key_id.decode() if key.is_card_key else key.key_id.hex()
        if key.is_card_key:
            content |= {"card": True, "issuer": key.issuer}
        elif key.usages is not None:
            content["usages"] = "".join(sorted(key.usages))
        yield content


def _cards(trust: Trust) -> dict[str, float]:
    return {f"{key_id} {identifier}": until for (key_id, identifier), until in trust.cards.items()}
