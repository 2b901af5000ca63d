"""Releases: signed, verifiable by standard tools, reproducible, with a complete SBOM."""

import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kini.cli import release
from kini.core.command_line import CommandError
from kini.core.environment import ROOT

COMMITTED = ("pyproject.toml", "requirements.lock", "README.md")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository with one commit."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in COMMITTED:
        shutil.copy(ROOT / name, root)
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "First"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


def test_a_release_can_be_checked_without_kini(checkout: Path, tmp_path: Path):
    key = Ed25519PrivateKey.generate()
    folder = tmp_path / "dist"
    folder.mkdir()
    archive, parts, sums, signature = release.build(checkout, folder, key)
    public = tmp_path / "public.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", sums, "-sigfile", signature]
    subprocess.run(verify, check=True, capture_output=True)
    subprocess.run(["sha256sum", "--check", "--strict", sums.name], cwd=folder, check=True, capture_output=True)
    with tarfile.open(archive) as tar:
        names = set(tar.getnames())
    assert {f"kini-0.1.0/{name}" for name in COMMITTED} <= names
    locked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.M)
    listed = {(part["name"], part["version"]) for part in json.loads(parts.read_bytes())["components"]}
    assert set(locked) == listed
    assert all(
        part.get("hashes") or part.get("externalReferences") for part in json.loads(parts.read_bytes())["components"]
    )

    before = [path.read_bytes() for path in (archive, parts, sums, signature)]
    again = tmp_path / "again"
    again.mkdir()
    assert [path.read_bytes() for path in release.build(checkout, again, key)] == before
    sums.write_text(sums.read_text().replace("0", "1"))
    assert subprocess.run(verify, check=False, capture_output=True).returncode


def test_nothing_uncommitted_is_released(checkout: Path):
    release.require_committed(checkout)
    (checkout / "new.py").touch()
    with pytest.raises(CommandError, match=r"new\.py"):
        release.require_committed(checkout)


def test_only_an_ed25519_key_signs(tmp_path: Path):
    path = tmp_path / "key.pem"
    with pytest.raises(CommandError, match="cannot be read"):
        release.signing_key(path)
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert release.signing_key(path).public_key() == key.public_key()
