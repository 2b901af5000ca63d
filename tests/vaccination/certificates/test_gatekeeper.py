"""The gatekeepers' scripts in Chromium: the same verdicts as the server's, and a journey without a network."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import kini.vaccination
from kini.core import current_time
from kini.vaccination.certificates import hc1, issuing_keys, trust
from kini.vaccination.certificates.business_rules import RuleSet, read_rules
from kini.vaccination.certificates.publication import lists_of
from kini.vaccination.certificates.trust import Trust
from kini.vaccination.certificates.verification import verify
from tests.vaccination.certificates import made
from tests.vaccination.certificates.made import AUSTRIA, DOSE, EC, NOW, OTHER_EC, RECOVERY, TEST, VECTORS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.long
STATIC = Path(kini.vaccination.__file__).parent / "static" / "vaccination"


@pytest.fixture
def scripts(chromium: "Browser") -> "Iterator[Page]":
    """A page of a secure origin with the scripts, and no server behind it."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html"))
    page.goto("https://kota.example/")
    for name in ("certlogic", "verifier"):
        page.add_script_tag(content=(STATIC / f"{name}.js").read_text() + f"\nwindow.{name}Ready = true;")
    yield page
    context.close()


def in_browser(
    page: "Page", codes: list[str], keys: Trust, at: datetime, rules: RuleSet | None = None
) -> dict[str, Any]:
    lists = lists_of(keys, rules or RuleSet(), "ID", at)
    script = "async ([codes, lists, at]) => await KiniVerifier.verify(codes, lists, new Date(at))"
    verdict: dict[str, Any] = page.evaluate(script, [codes, lists, at.isoformat()])
    return verdict


def assert_alike(page: "Page", codes: list[str], keys: Trust, at: datetime, rules: RuleSet | None = None) -> None:
    server, browser = verify(codes, keys, at, rules, "ID"), in_browser(page, codes, keys, at, rules)
    # Where a code cannot even be read, the two may find it out at different steps.
    assert browser["reason"] == (server.reason and server.reason.value), (server, browser, codes[0][:80])
    if server.is_valid:
        assert (browser["name"], browser["birthDate"]) == (server.name, server.birth_date)


def test_common_vectors_of_the_eu_hold_in_the_browser(scripts):
    files = sorted((VECTORS / "dcc" / "common").glob("*.json"))
    if not files:
        pytest.skip(f"no reference vectors in {VECTORS}")
    for path in files:
        vector = json.loads(path.read_text())
        keys: tuple[Any, ...] = ()
        if der := vector["TESTCTX"].get("CERTIFICATE"):
            keys = (trust.key_of_certificate(x509.load_der_x509_certificate(base64.b64decode(der))),)
        assert_alike(
            scripts, [vector["PREFIX"]], Trust(keys), datetime.fromisoformat(vector["TESTCTX"]["VALIDATIONCLOCK"])
        )


def test_made_certificates_have_the_same_verdict(scripts):
    key = rsa.generate_private_key(65537, 2048)
    own = made.certificate(key)
    keys = made.trusting(AUSTRIA, own)
    codes = [
        made.hc1(),
        made.hc1(key=key, kid=trust.key_id_of(own)),
        made.hc1(key=OTHER_EC),
        made.hc1(made.dcc(t=[TEST])),
        made.hc1(made.dcc(t=[TEST | {"sc": NOW}])),
        made.hc1(made.dcc(r=[RECOVERY], ver="1.0.0", nam={"fn": "", "gn": "Siti"})),
        made.hc1(made.dcc(v=[DOSE, DOSE])),
        made.hc1(made.dcc(v=[DOSE, DOSE], ver="1.0.0", dob="1990-04")),
        made.hc1(made.dcc(v=[DOSE | {"dt": "2021-02-30"}])),
        made.hc1(made.dcc(v=[])),
        made.hc1(made.dcc(dob="1990-04-12T00:00:00")),
        made.hc1(exp=NOW - timedelta(seconds=1)),
        made.hc1(iat=NOW + timedelta(seconds=1)),
        made.hc1(claims={4: None}),
        made.hc1(claims={-260: {3: {"name": "Siti Contoh", "birthDate": "1990"}}}),
        made.hc1(tags=(18, 61)),
        made.hc1(tags=()),
        "HC1:" + "A" * 4_300,
        "HC1:GGX",
        "",
        "shc:/123",
        made.card(),
        made.digits(made.card()),
        made.card(key=OTHER_EC),
        made.card(nbf=NOW.timestamp() + 9),
        made.card(patient={"resourceType": "Patient"}),
        made.card(more={"occurrenceDateTime": "soon"}),
        made.card()[:-3] + "AAA",
    ]
    keys = keys.merged(made.card_keys(EC))
    for code in codes:
        assert_alike(scripts, [code], keys, NOW)
    hashes = list(trust.revocation_hashes([("AT", made.ENTRY["ci"])], b"", is_ecdsa=True))
    assert_alike(scripts, [made.hc1()], made.trusting(AUSTRIA, hashes=frozenset(hashes[1:2])), NOW)
    crl = {"kid": trust.thumbprint(EC.public_key()), "method": "rid", "rids": ["gone"]}
    gone = made.card_keys(EC).merged(trust.read_list(json.dumps(crl).encode()))
    assert_alike(scripts, [made.card(rid="gone")], gone, NOW)
    recent = {
        "not-before": [
            {"plusTime": [{"var": "payload.v.0.dt"}, 365, "day"]},
            {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
        ]
    }
    rules = read_rules({"Identifier": "R", "Country": "ID", "CertificateType": "Vaccination", "Logic": recent})
    late = NOW + timedelta(days=400)
    for at in (NOW, late):
        assert_alike(scripts, [made.hc1(exp=late + timedelta(days=1))], keys, at, rules)


def test_certlogic_of_the_browser_passes_the_official_suite(scripts):
    files = sorted((VECTORS / "certlogic" / "testSuite").glob("*.json"))
    if not files:
        pytest.skip(f"no reference vectors in {VECTORS}")
    cases = [
        (
            assertion.get("certLogicExpression", case.get("certLogicExpression")),
            assertion["data"],
            assertion["expected"],
        )
        for path in files
        for case in json.loads(path.read_text())["cases"]
        for assertion in case["assertions"]
    ]
    script = (
        "(cases) => cases.filter(([e, d, x]) => JSON.stringify(KiniCertLogic.evaluate(e, d)) !== JSON.stringify(x))"
    )
    assert scripts.evaluate(script, cases) == []


def test_a_gatekeeper_verifies_without_a_network(city: str, scratch: Any, chromium: "Browser"):
    """The page is opened once; without a net, also after a reload, a good code is valid and a changed one is not."""
    pem = (scratch.var / "signing" / issuing_keys.FOLDER / "first.pem").read_bytes()
    own = trust.key_of_certificate(x509.load_pem_x509_certificate(pem))
    signer = load_pem_private_key(pem, None)
    now = current_time.now()
    code, _signature = hc1.issue(
        made.dcc(),
        key=signer,
        key_id=own.key_id,
        issuer="ID",
        issued_at=now - timedelta(minutes=1),
        expires_at=now + timedelta(days=9),
    )
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{city}/vaccination/verify/")
    page.wait_for_selector("[data-gatekeeper][data-ready]")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_selector("[data-gatekeeper][data-ready]")
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("[data-gatekeeper][data-ready]")
    page.fill("#code", code)
    page.click("[data-typed] button")
    page.wait_for_selector("[data-result][data-verdict=ok]")
    assert "Siti Contoh" in page.inner_text("[data-name]")
    changed = code[:-8] + ("A" if code[-8] != "A" else "B") + code[-7:]
    page.fill("#code", changed)
    page.click("[data-typed] button")
    page.wait_for_selector("[data-result][data-verdict=bad]")
    assert not page.is_visible("[data-name]")
    context.close()
