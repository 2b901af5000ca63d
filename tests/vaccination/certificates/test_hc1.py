"""HC1 codes: the EU's common vectors, certificates of other countries and keys, and hostile input."""

import base64
import json
import zlib
from datetime import datetime, timedelta

import b45
import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from kini.vaccination.certificates import dcc, hc1, trust
from kini.vaccination.certificates.refusals import LONGEST_CONTENT, Reason, Refused
from kini.vaccination.certificates.trust import Trust
from kini.vaccination.certificates.verification import verify
from tests.vaccination.certificates import made
from tests.vaccination.certificates.made import AUSTRIA, DOSE, EC, NOW, OTHER_EC, RECOVERY, TEST, VECTORS

COMMON = sorted((VECTORS / "dcc" / "common").glob("*.json"))
#: What each expectation of a vector means for the reason of the refusal.
STEPS = {
    "UNPREFIX": {Reason.NOT_READABLE},
    "B45DECODE": {Reason.NOT_READABLE},
    "COMPRESSION": {Reason.NOT_READABLE},
    "DECODE": {Reason.NOT_READABLE, Reason.MALFORMED},
    "VERIFY": {Reason.NOT_TRUSTED, Reason.NOT_READABLE},
    "KEYUSAGE": {Reason.WRONG_KEY_USAGE},
    "SCHEMAVALIDATION": {Reason.MALFORMED},
    "EXPIRATIONCHECK": {Reason.NOT_YET_VALID, Reason.EXPIRED},
}
TRUST = made.trusting(AUSTRIA)


def refusal(code, keys=TRUST, at=NOW):
    with pytest.raises(Refused) as refused:
        hc1.verify(code, keys, at)
    return refused.value.reason


@pytest.mark.skipif(not COMMON, reason=f"no reference vectors in {VECTORS}")
@pytest.mark.parametrize("path", COMMON, ids=lambda path: path.stem)
def test_common_vectors_of_the_eu_hold(path):
    vector = json.loads(path.read_text())
    context = vector["TESTCTX"]
    keys = ()
    if "CERTIFICATE" in context:
        keys = (trust.key_of_certificate(x509.load_der_x509_certificate(base64.b64decode(context["CERTIFICATE"]))),)
    expected = {name.removeprefix("EXPECTED"): holds for name, holds in vector["EXPECTEDRESULTS"].items()}
    broken = {name for name, holds in expected.items() if not holds} - {"PICTUREDECODE"}
    at = datetime.fromisoformat(context["VALIDATIONCLOCK"])
    if broken:
        assert refusal(vector["PREFIX"], Trust(keys), at) in set.union(*(STEPS[name] for name in broken))
        return
    certificate = hc1.verify(vector["PREFIX"], Trust(keys), at)
    assert "JSON" not in vector or certificate.raw == vector["JSON"]


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_contents_of_the_schemas_own_tests(kind):
    files = sorted((VECTORS / "dcc" / "schema" / "test" / kind).glob("*.json"))
    if not files:
        pytest.skip(f"no reference vectors in {VECTORS}")
    for path in files:
        try:
            dcc.read(json.loads(path.read_text()))
            assert kind == "valid", path.name
        except Refused:
            assert kind == "invalid", path.name


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (made.dcc(t=[TEST]), "t"),
        (made.dcc(r=[RECOVERY]), "r"),
        (made.dcc(ver="1.0.0", v=[DOSE, DOSE], t=[TEST], r=None), "vt"),
        (made.dcc(ver="1.0.0", nam={"fn": "", "fnt": "", "gn": "Siti"}, v=[DOSE], t=[]), "v"),
        (made.dcc(dob="1990-04-12T00:00:00"), "v"),
        (made.dcc(dob="1990"), "v"),
        (made.dcc(dob=""), "v"),
        (made.dcc(v=[DOSE | {"dt": "2021-02-18T00:00:00Z"}]), "v"),
        (made.dcc(t=[TEST | {"sc": "2021-02-20T12:34:56.123+0200", "tc": None}]), "t"),
        (made.dcc(t=[TEST | {"sc": NOW}]), "t"),
    ],
)
def test_kinds_and_noise_of_real_certificates(content, kinds):
    certificate = hc1.verify(made.hc1(content), TRUST, NOW)
    assert certificate.kinds == frozenset(kinds)
    assert certificate.birth_date in ("1990-04-12", "1990", "")
    assert certificate.name.startswith("Siti")


@pytest.mark.parametrize(
    "content",
    [
        made.dcc(v=[DOSE, DOSE]),
        made.dcc(v=[DOSE], t=[TEST]),
        made.dcc(v=[]),
        made.dcc(v=[DOSE | {"dn": 0}]),
        made.dcc(v=[DOSE | {"dn": True}]),
        made.dcc(v=[DOSE | {"dt": "2021-02-30"}]),
        made.dcc(v=[DOSE | {"is": "x" * 81}]),
        made.dcc(dob="1890-01-01"),
        made.dcc(nam={"fn": "Contoh"}),
        made.dcc(nam={"fnt": "Contoh"}),
        made.dcc(ver="one"),
        [],
        "text",
    ],
)
def test_wrong_structure_is_malformed(content):
    assert refusal(made.hc1(content)) is Reason.MALFORMED


def test_rsa_keys_sign_with_pss():
    key = rsa.generate_private_key(65537, 2048)
    own = made.certificate(key)
    code = made.hc1(key=key, kid=trust.key_id_of(own))
    assert hc1.verify(code, made.trusting(own), NOW).key.country == "AT"
    assert refusal(made.hc1(key=OTHER_EC, kid=trust.key_id_of(own)), made.trusting(own)) is Reason.NOT_TRUSTED


def test_every_key_of_a_key_id_is_tried():
    kid = b"12345678"
    keys = Trust(tuple(trust.key_of_certificate(made.certificate(each), kid) for each in (OTHER_EC, EC)))
    assert hc1.verify(made.hc1(kid=kid), keys, NOW).key.public == EC.public_key()


@pytest.mark.parametrize("tags", [(), (18,), (18, 61)])
def test_tags_around_the_message_may_be_there_or_not(tags):
    assert hc1.verify(made.hc1(tags=tags), TRUST, NOW).name == "Siti Contoh"


@pytest.mark.parametrize("arc", ["1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1"])
@pytest.mark.parametrize(("number", "good"), [(1, "t"), (2, "v"), (3, "r"), (9, "tvr")])
def test_usages_of_keys_in_both_spellings(arc, number, good):
    own = made.certificate(EC, [f"{arc}.{number}"])
    for kind, entry in (("v", DOSE), ("t", TEST), ("r", RECOVERY)):
        code = made.hc1(made.dcc(**{kind: [entry]}), kid=trust.key_id_of(own))
        if kind in good:
            assert hc1.verify(code, made.trusting(own), NOW).kinds == {kind}
        else:
            assert refusal(code, made.trusting(own)) is Reason.WRONG_KEY_USAGE


def test_times_include_the_first_and_exclude_the_last_second():
    code = made.hc1(iat=NOW, exp=NOW + timedelta(seconds=1))
    assert hc1.verify(code, TRUST, NOW)
    assert refusal(code, at=NOW - timedelta(microseconds=1)) is Reason.NOT_YET_VALID
    assert refusal(code, at=NOW + timedelta(seconds=1)) is Reason.EXPIRED
    assert refusal(made.hc1(claims={4: None})) is Reason.MALFORMED
    assert refusal(made.hc1(claims={4: 10**30})) is Reason.MALFORMED
    assert hc1.verify(made.hc1(claims={6: float(NOW.timestamp())}), TRUST, NOW)


def test_revoked_by_identifier_country_and_signature():
    code = made.hc1()
    certificate = hc1.verify(code, TRUST, NOW)
    hashes = list(trust.revocation_hashes(certificate.identifiers, certificate.signature, is_ecdsa=True))
    assert len(hashes) == 3
    for each in hashes:
        assert refusal(code, made.trusting(AUSTRIA, hashes=frozenset([each]))) is Reason.REVOKED
    assert hc1.verify(code, made.trusting(AUSTRIA, hashes=frozenset([b"x" * 16])), NOW)


def test_certificates_of_the_whos_form():
    core = {"name": "Siti Contoh", "birthDate": "1990-04-12", "vaccine": {"code": "XM68M6"}}
    for health in ({3: core}, {3: [core]}, {4: core}):
        certificate = hc1.verify(made.hc1(claims={-260: health}), TRUST, NOW)
        assert (certificate.name, certificate.birth_date) == ("Siti Contoh", "1990-04-12")
    assert refusal(made.hc1(claims={-260: {9: core}})) is Reason.MALFORMED


def test_changed_codes_are_refused():
    code = made.hc1()
    for at in range(4, len(code), 7):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert refusal(changed) in {Reason.NOT_READABLE, Reason.NOT_TRUSTED, Reason.TOO_LONG}


def test_length_is_capped_before_and_after_decompression():
    assert refusal("HC1:" + "A" * 4_293) is Reason.TOO_LONG
    assert refusal("HC1:" + b45.encode(zlib.compress(bytes(LONGEST_CONTENT + 1)))) is Reason.TOO_LONG
    assert refusal("HC1:" + b45.encode(zlib.compress(bytes(2_000_000)))) is Reason.TOO_LONG
    assert refusal("HC1:" + b45.encode(zlib.compress(b"\x81" * 90_000))) is Reason.NOT_READABLE
    assert refusal(made.hc1(compress=lambda data: zlib.compress(data) + b"x")) is Reason.NOT_READABLE
    assert refusal(made.hc1(compress=lambda data: zlib.compress(data)[:-2])) is Reason.NOT_READABLE


@pytest.mark.parametrize("text", [":::", "GGX", "A", "a" * 6, "É00", "0" * 7, "   ", "HC1:HC1:"])
def test_base45_is_read_strictly(text):
    assert refusal("HC1:" + text) is Reason.NOT_READABLE


@given(st.binary(max_size=300))
def test_any_bytes_in_the_envelope_are_refused(data):
    refusal("HC1:" + b45.encode(zlib.compress(data)))


@given(st.text(max_size=200))
def test_any_text_is_refused(text):
    refusal(text)
    refusal("HC1:" + text)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.datetimes(timezones=st.timezones())
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.integers(-300, 9), inner),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["ver", "nam", "dob", "v", "dt", "dn", "claims", "hcert", "iat"]))
def test_any_signed_content_is_refused_or_read(value, place):
    """A key that signs nonsense gets a reason and no error."""
    content, claims = made.dcc(), {}
    if place in ("dt", "dn"):
        content = made.dcc(v=[DOSE | {place: value}])
    elif place in content:
        content = content | {place: value}
    else:
        claims = {{"claims": 1, "hcert": -260, "iat": 6}[place]: value}
    verdict = verify([made.hc1(content, claims=claims)], TRUST, NOW)
    assert verdict.reason is not Reason.NOT_TRUSTED


def test_shared_references_in_a_loop_are_refused():
    payload = b"\xd8\x1c\x81\xd8\x1d\x00"
    for data in (payload, cbor2.dumps([b"", {}, payload, bytes(64)])):
        assert refusal("HC1:" + b45.encode(zlib.compress(data))) in {Reason.NOT_READABLE, Reason.NOT_TRUSTED}
