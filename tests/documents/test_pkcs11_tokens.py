"""Keys in a token (SoftHSM), and keys with a password in a separate folder."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import typst
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pytest_django import Settings

from kini.core import system_programs
from kini.documents import actions, signing, signing_keys
from kini.documents.models import DocumentState, SignedDocument
from tests.documents.conftest import BY
from tests.documents.pdf_tools import content_of
from tests.environment import replace

PIN, TOKEN = "4711", "kini-test"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    """A PDF of one page."""
    return typst.compile(b"= Surat")


@pytest.fixture
def passwords(settings: Settings, tmp_path: Path) -> Path:
    """A separate folder for passwords, as systemd credentials are."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    settings.ENV = replace(settings.ENV, signing_passwords=folder)
    return folder


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """SoftHSM's library, with an empty store of tokens."""
    if not system_programs.find_or_install(("softhsm2-util",), "softhsm2"):
        pytest.skip("SoftHSM is not installed, and only root installs it.")
    library = next((each for each in MODULES if Path(each).is_file()), "")
    if not library or not system_programs.find_or_install(("pkcs11-tool",), "opensc"):
        pytest.skip("SoftHSM's library or pkcs11-tool is missing.")
    store = tmp_path / "tokens"
    store.mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {store}\nlog.level = ERROR\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    return library


def run(*words: str) -> None:
    done = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def into_token(module: str, folder: Path, tmp_path: Path) -> None:
    """Move the agency's key and certificate into a token; only the description stays in the folder."""
    content = (folder / "registry.pem").read_bytes()
    key = serialization.load_pem_private_key(content, None)
    form = serialization.PrivateFormat.PKCS8
    plain = tmp_path / "key.pem"
    plain.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    der = tmp_path / "certificate.der"
    der.write_bytes(x509.load_pem_x509_certificate(content).public_bytes(serialization.Encoding.DER))
    run("softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "471100")
    run("softhsm2-util", "--import", str(plain), "--token", TOKEN, "--label", "seal", "--id", "01", "--pin", PIN)
    tool = ("pkcs11-tool", "--module", module, "--token-label", TOKEN, "--login", "--pin", PIN)
    run(*tool, "--write-object", str(der), "--type", "cert", "--label", "seal", "--id", "01")
    plain.unlink()
    (folder / "registry.pem").unlink()
    described = f'module = "{module}"\ntoken = "{TOKEN}"\nkey = "seal"\ncertificate = "seal"\n'
    (folder / "registry.toml").write_text(described, "utf-8")


def sign(unsigned: bytes) -> bytes:
    with signing.open_signer("registry") as signer:
        return signing.sign_pdf(unsigned, signer, name="Catatan", label="Tanda tangan", place="Teluk Contoh")


def test_a_document_is_signed_in_the_token(
    module: str, folder: Path, passwords: Path, tmp_path: Path, unsigned: bytes, issue: Callable[..., SignedDocument]
) -> None:
    into_token(module, folder, tmp_path)
    assert signing_keys.has_key(folder, "registry")
    (passwords / "registry.password").write_text(PIN, "utf-8")
    document = actions.sign_document(by=BY, document=issue())
    assert document.state == DocumentState.VALID
    signed = tmp_path / "document.pdf"
    signed.write_bytes(content_of(document))
    pdfsig = shutil.which("pdfsig") or system_programs.find_or_install(("pdfsig",), "poppler-utils")
    if not pdfsig:
        pytest.skip("pdfsig is not installed.")
    output = subprocess.run([pdfsig, str(signed)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in output
    assert "Total document signed" in output
    (passwords / "registry.password").write_text("0000", "utf-8")
    with pytest.raises(signing_keys.KeyUnavailable, match="PIN"):
        sign(unsigned)


def test_a_description_says_what_it_lacks(folder: Path, unsigned: bytes) -> None:
    (folder / "registry.toml").write_text('token = "x"\n', "utf-8")
    with pytest.raises(signing_keys.KeyUnavailable, match="must say module, token, key"):
        sign(unsigned)


def test_an_encrypted_pem_opens_with_a_password_from_elsewhere(folder: Path, passwords: Path) -> None:
    path = folder / "registry.pem"
    content = path.read_bytes()
    key = serialization.load_pem_private_key(content, None)
    secret = serialization.BestAvailableEncryption(b"rahasia")
    sealed = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret)
    certificates = content[content.index(b"-----BEGIN CERTIFICATE") :]
    path.write_bytes(sealed + certificates)
    with pytest.raises(signing_keys.KeyUnavailable, match=r"registry\.password"):
        signing.load_signer("registry")
    (passwords / "registry.password").write_text("rahasia\n", "utf-8")
    assert signing.load_signer("registry").signing_cert.subject.native["common_name"] == "Catatan"
