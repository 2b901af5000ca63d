"""Certificates made for tests: of other countries, kinds and algorithms, and SMART Health Cards."""

import json
import zlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import b45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID, ObjectIdentifier

from kini.vaccination.certificates import trust
from kini.vaccination.certificates.trust import Trust

VECTORS = Path(__file__).parents[4] / "shared" / "vectors"
NOW = datetime(2021, 8, 1, 12, tzinfo=UTC)
EC = ec.derive_private_key(7, ec.SECP256R1())
OTHER_EC = ec.derive_private_key(11, ec.SECP256R1())
PERSON = {"fn": "Contoh", "fnt": "CONTOH", "gn": "Siti", "gnt": "SITI"}
ENTRY = {"tg": "840539006", "co": "AT", "is": "Ministry", "ci": "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B"}
DOSE = ENTRY | {"vp": "J07BX03", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2021-02-18"}
TEST = ENTRY | {"tt": "LP6464-4", "sc": "2021-02-20T12:34:56Z", "tr": "260415000", "tc": "Centre"}
RECOVERY = ENTRY | {"fr": "2021-02-20", "df": "2021-04-04", "du": "2021-10-04"}


def dcc(*, ver="1.3.0", nam=PERSON, dob="1990-04-12", **entries):
    return {"ver": ver, "nam": nam, "dob": dob, **(entries or {"v": [DOSE]})}


def certificate(key, usages=(), country="AT"):
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, "DSC")]
    )
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, NOW - timedelta(days=1), NOW + timedelta(days=700)
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ObjectIdentifier(each) for each in usages]), False)
    return builder.sign(key, hashes.SHA256())


def trusting(*certificates, **more):
    return Trust(tuple(trust.key_of_certificate(each) for each in certificates), **more)


AUSTRIA = certificate(EC)
AUSTRIA_ID = trust.key_id_of(AUSTRIA)
A_MOMENT_AGO = NOW.timestamp() - 9


def hc1(  # noqa: PLR0913 -- each part of a code can be made wrong
    content=None,
    *,
    key=EC,
    kid=AUSTRIA_ID,
    iat=NOW - timedelta(days=30),
    exp=NOW + timedelta(days=30),
    claims=None,
    protected=None,
    unprotected=None,
    tags=(18,),
    compress=zlib.compress,
):
    """A code of a DCC; every part can be replaced."""
    hcert = {1: dcc() if content is None else content}
    all_claims = {1: "AT", 4: int(exp.timestamp()), 6: int(iat.timestamp()), -260: hcert} | (claims or {})
    payload = cbor2.dumps({name: each for name, each in all_claims.items() if each is not None})
    algorithm = -7 if isinstance(key, ec.EllipticCurvePrivateKey) else -37
    header = cbor2.dumps({1: algorithm, 4: kid} if protected is None else protected)
    signature = sign(key, cbor2.dumps(["Signature1", header, b"", payload]))
    message = [header, unprotected or {}, payload, signature]
    for tag in tags:
        message = cbor2.CBORTag(tag, message)
    return "HC1:" + b45.encode(compress(cbor2.dumps(message)))


def sign(key, data):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def card(
    *, key=EC, issuer="https://issuer.example", nbf=A_MOMENT_AGO, rid=None, header=None, patient=None, more=None, **vc
):
    """JWS of a card."""
    person = {
        "resourceType": "Patient",
        "name": [{"family": "Contoh", "given": ["Siti", "A."]}],
        "birthDate": "1990-04",
    }
    dose = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2021-01-01",
        "lotNumber": "0000001",
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": patient or person}, {"resource": dose | (more or {})}],
    }
    subject = {"fhirVersion": "4.0.1", "fhirBundle": bundle}
    credential = {"type": ["https://smarthealth.cards#health-card"], "credentialSubject": subject} | vc
    if rid:
        credential["rid"] = rid
    kid = trust.thumbprint(key.public_key())
    deflate = zlib.compressobj(wbits=-15)
    body = deflate.compress(json.dumps({"iss": issuer, "nbf": nbf, "vc": credential}).encode()) + deflate.flush()
    head = header or {"zip": "DEF", "alg": "ES256", "kid": kid}
    signed = f"{base64url(json.dumps(head).encode())}.{base64url(body)}"
    return f"{signed}.{base64url(sign(key, signed.encode()))}"


def digits(text):
    return "shc:/" + "".join(f"{ord(each) - 45:02}" for each in text)


def card_keys(*keys, issuer="https://issuer.example"):
    sets = [{**trust.jwk_of(each.public_key()), "kid": trust.thumbprint(each.public_key())} for each in keys]
    return trust.read_list(json.dumps({"keys": sets}).encode(), issuer=issuer)
