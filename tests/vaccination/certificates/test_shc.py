"""SMART Health Cards: cards of several issuers, chunks, revoked cards, hostile input; files of trusted keys."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from kini.vaccination.certificates import shc, trust
from kini.vaccination.certificates.refusals import Reason, Refused
from kini.vaccination.certificates.trust import UnreadableList, read_list
from kini.vaccination.certificates.verification import verify
from tests.vaccination.certificates import made
from tests.vaccination.certificates.made import AUSTRIA, EC, NOW, OTHER_EC, VECTORS

FOLDER = VECTORS / "shc"
KEYS = made.card_keys(EC)


def refusal(*codes, keys=KEYS, at=NOW):
    with pytest.raises(Refused) as refused:
        shc.verify(codes, keys, at)
    return refused.value.reason


def test_a_card_as_digits_and_as_jws():
    jws = made.card()
    for code in (jws, made.digits(jws), f" {made.digits(jws)}\n", made.digits(jws).replace("shc", "SHC")):
        card = shc.verify([code], KEYS, NOW)
        assert (card.name, card.birth_date) == ("Siti A. Contoh", "1990-04")


def test_chunks_in_any_order_and_all_of_them():
    numbers = made.digits(made.card()).removeprefix("shc:/")
    cut = len(numbers) // 6 * 2
    parts = [numbers[:cut], numbers[cut : 2 * cut], numbers[2 * cut :]]
    chunks = [f"shc:/{number}/3/{part}" for number, part in enumerate(parts, 1)]
    assert shc.verify([chunks[2], chunks[0], chunks[1], chunks[1]], KEYS, NOW).name
    assert refusal(*chunks[:2]) is Reason.NOT_READABLE
    assert refusal(*chunks[:2], chunks[2].replace("/3/3/", "/3/4/")) is Reason.NOT_READABLE
    assert refusal(chunks[0], chunks[1].replace("/2/3/", "/1/3/"), chunks[2]) is Reason.NOT_READABLE
    assert refusal("shc:/0/1/" + numbers) is Reason.NOT_READABLE


def test_keys_of_several_issuers_stay_with_their_issuer():
    both = KEYS.merged(made.card_keys(OTHER_EC, issuer="https://other.example"))
    assert shc.verify([made.card(key=OTHER_EC, issuer="https://other.example")], both, NOW)
    assert refusal(made.card(key=OTHER_EC), keys=both) is Reason.NOT_TRUSTED
    assert refusal(made.card(key=OTHER_EC)) is Reason.NOT_TRUSTED
    unbound = made.card_keys(OTHER_EC, issuer="")
    assert shc.verify([made.card(key=OTHER_EC)], unbound, NOW).issuer == "https://issuer.example"


def test_revoked_cards_and_those_issued_again_later():
    kid = trust.thumbprint(EC.public_key())
    seconds = int(NOW.timestamp())
    crl = {"kid": kid, "method": "rid", "ctr": 1, "rids": ["gone", f"early.{seconds}"]}
    keys = KEYS.merged(read_list(json.dumps(crl).encode()))
    assert refusal(made.card(rid="gone"), keys=keys) is Reason.REVOKED
    assert refusal(made.card(rid="early", nbf=seconds - 1), keys=keys) is Reason.REVOKED
    assert shc.verify([made.card(rid="early", nbf=seconds)], keys, NOW)
    assert shc.verify([made.card(rid="other")], keys, NOW)


def test_times_header_and_structure():
    assert refusal(made.card(nbf=NOW.timestamp() + 1)) is Reason.NOT_YET_VALID
    kid = trust.thumbprint(EC.public_key())
    for header in (
        {"alg": "ES256", "kid": kid},
        {"zip": "DEF", "alg": "none", "kid": kid},
        {"zip": "DEF", "alg": "ES256"},
    ):
        assert refusal(made.card(header=header)) is Reason.MALFORMED
    assert refusal(made.card(type=["https://smarthealth.cards#immunization"])) is Reason.MALFORMED
    assert refusal(made.card(patient={"resourceType": "Patient"})) is Reason.MALFORMED
    assert refusal(made.card(patient={"resourceType": "Other"})) is Reason.MALFORMED
    assert refusal(made.card()[:-1] + "!") is Reason.NOT_READABLE


def test_the_specifications_own_cards():
    keys = FOLDER / "spec" / "issuer" / ".well-known"
    if not keys.is_dir():
        pytest.skip(f"no reference vectors in {VECTORS}")
    known = read_list((keys / "jwks.json").read_bytes(), issuer="https://spec.smarthealth.cards/examples/issuer")
    known = known.merged(read_list(next((keys / "crl").glob("*.json")).read_bytes()))
    at = datetime(2022, 1, 1, tzinfo=UTC)

    def verdict(name):
        return verify([(FOLDER / "testdata" / name).read_text()], known, at)

    assert verdict("test-example-00-d-jws-trailing_chars.txt").name == "John B. Anyperson"
    assert verdict("test-example-00-d-jws-invalid-signature.txt").reason is Reason.NOT_TRUSTED
    assert verdict("test-example-00-d-jws-no_deflate.txt").reason is Reason.MALFORMED
    assert verdict("test-example-00-f-qr-code-numeric-value-0-odd-count.txt").reason is Reason.NOT_READABLE


def test_lists_of_keys_in_every_format():
    pem = AUSTRIA.public_bytes(Encoding.PEM)
    assert [key.country for key in read_list(b"text before\n" + pem + pem).keys] == ["AT", "AT"]
    kid, der = trust.key_id_of(AUSTRIA), trust.standard_base64(AUSTRIA.public_bytes(Encoding.DER))
    did = "did:web:tng-cdn.who.int:v2:trustlist:-:IDN:DSC"
    jwk = trust.jwk_of(EC.public_key())
    methods = [
        {"id": f"{did}#{quote(trust.standard_base64(kid))}", "type": "JsonWebKey2020", "publicKeyJwk": jwk},
        {"id": f"{did}#x", "publicKeyJwk": jwk | {"kid": trust.standard_base64(kid), "x5c": [der]}},
        {"id": did.replace("DSC", "SCA") + "#x", "publicKeyJwk": jwk | {"kid": "AAAAAAAAAAA="}},
        did,
    ]
    keys = read_list(json.dumps({"id": did, "verificationMethod": methods}).encode()).keys
    assert [(key.key_id, key.country) for key in keys] == [(kid, "IDN"), (kid, "AT")]
    card_jwk = jwk | {"kid": trust.thumbprint(EC.public_key()), "alg": "ES256", "use": "sig"}
    snapshot = {"issuerInfo": [{"issuer": {"iss": "https://a.example", "name": "A"}, "keys": [card_jwk], "crls": []}]}
    assert read_list(json.dumps(snapshot).encode()).keys[0].issuer == "https://a.example"
    batch = {"country": "AT", "hashType": "SIGNATURE", "entries": [{"hash": trust.standard_base64(b"h" * 16)}]}
    assert read_list(json.dumps(batch).encode()).hashes == {b"h" * 16}


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"keys": []}', b"nonsense", b'{"entries": ["AA=="]}', b"\xff"])
def test_unreadable_lists_say_so(data):
    with pytest.raises(UnreadableList):
        read_list(data)


@given(st.text(alphabet="0123456789/", max_size=80) | st.text(max_size=80))
def test_any_text_is_refused(text):
    refusal("shc:/" + text)
    assert not verify([text], KEYS, NOW).is_valid


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_parts_of_a_jws_are_refused(head, body):
    parts = [made.base64url(head) or "A", made.base64url(body) or "A", made.base64url(bytes(64))]
    assert refusal(".".join(parts)) is not Reason.REVOKED
