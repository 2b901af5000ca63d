"""Signing keys: PKCS#12 and PEM, refusals with a reason, development keys."""

import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from kini.documents import actions, signing, signing_keys
from kini.documents.models import DocumentState
from tests.documents.conftest import BY
from tests.documents.pdf_tools import content_of
from tests.environment import replace

AGENCY = [("registry", "Catatan")]


def as_p12(folder, password):
    content = (folder / "registry.pem").read_bytes()
    key = serialization.load_pem_private_key(content, None)
    secret = serialization.BestAvailableEncryption(password)
    own = x509.load_pem_x509_certificate(content)
    (folder / "registry.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, own, None, secret))
    (folder / "registry.pem").unlink()


def test_development_keys_are_made_once_and_for_this_user_alone(folder):
    before = (folder / "registry.pem").read_bytes()
    assert signing_keys.make_development_keys(folder, AGENCY) == 0
    assert (folder / "registry.pem").read_bytes() == before
    assert stat.S_IMODE((folder / "registry.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_comes_in_as_pkcs12_with_its_password(folder):
    as_p12(folder, b"rahasia")
    (folder / "registry.password").write_text("rahasia\n", "utf-8")
    assert signing.load_signer("registry").signing_cert.subject.native["common_name"] == "Catatan"


@pytest.mark.parametrize("password", ["wrong", ""])
def test_a_wrong_password_says_where_it_belongs(folder, password):
    as_p12(folder, b"rahasia")
    (folder / "registry.password").write_text(password, "utf-8")
    with pytest.raises(signing_keys.KeyUnavailable, match=r"registry\.password"):
        signing.load_signer("registry")


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_that_is_no_key_says_what_it_must_hold(folder, content):
    (folder / "registry.pem").write_bytes(content)
    with pytest.raises(signing_keys.KeyUnavailable, match=r"registry\.pem"):
        signing.load_signer("registry")


def test_no_key_names_the_agency_and_the_file(folder):
    with pytest.raises(signing_keys.KeyUnavailable, match=r"roads\.p12 or roads\.pem"):
        signing.load_signer("roads")


def bring(folder, agency, key, begins, days):
    """Write a self-signed certificate and key where the agency's are expected."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, agency)])
    own = x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + timedelta(days=days))
    own = own.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / f"{agency}.pem").write_bytes(private + own.sign(key, hashes.SHA256()).public_bytes(pem))


def test_a_certificate_that_has_run_out_does_not_sign(folder):
    bring(folder, "registry", ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC) - timedelta(days=5), 1)
    with pytest.raises(signing_keys.KeyUnavailable, match="not valid now"):
        signing.load_signer("registry")


@pytest.fixture
def authority(folder) -> Iterator[str]:
    """A time-stamping authority on loopback that answers as RFC 3161 says."""
    bring(folder, "stamps", rsa.generate_private_key(65537, 2048), datetime.now(UTC) - timedelta(days=1), 9)
    signer = signing.load_signer("stamps")
    stamper = DummyTimeStamper(signer.signing_cert, signer.signing_key, certs_to_embed=signer.cert_registry)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = stamper.request_tsa_response(request).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_with_an_authority_signatures_bear_its_time(authority, issue, settings):
    settings.ENV = replace(settings.ENV, time_stamps=authority)
    document = actions.sign_document(by=BY, document=issue())
    assert document.state == DocumentState.VALID
    (signature,) = PdfFileReader(BytesIO(content_of(document))).embedded_signatures
    unsigned = {attribute["type"].native for attribute in signature.signer_info["unsigned_attrs"]}
    assert "signature_time_stamp_token" in unsigned


def test_while_the_authority_is_away_documents_wait(folder, issue, settings):
    settings.ENV = replace(settings.ENV, time_stamps="http://127.0.0.1:9/")
    assert actions.sign_document(by=BY, document=issue()).state == DocumentState.WAITING
