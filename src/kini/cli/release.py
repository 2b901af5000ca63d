"""`./kini release --key FILE`: build a signed release archive with its SBOM.

Four files: the committed source (`git archive`), a CycloneDX SBOM of requirements.lock, SHA256SUMS of both, and an
Ed25519 signature of SHA256SUMS. Builds of one commit are identical byte for byte.
"""

import argparse
import gzip
import hashlib
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import kini
from kini.core import command_line
from kini.core.environment import ROOT

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--key", type=Path, required=True, help="PEM of an Ed25519 key (openssl genpkey -algorithm ed25519)"
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", help="output folder (dist)")


def run(options: argparse.Namespace) -> int:
    key = signing_key(options.key)
    require_committed(ROOT)
    options.folder.mkdir(parents=True, exist_ok=True)
    for path in build(ROOT, options.folder, key):
        print(path)
    return 0


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Read the key that signs releases.

    Raises:
        Fault: when the file holds no Ed25519 key without a password.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise command_line.CommandError(f"{path} cannot be read as a private key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise command_line.CommandError(
            f"{path} is not an Ed25519 key; create one with openssl genpkey -algorithm ed25519."
        )
    return key


def require_committed(root: Path) -> None:
    """Raise an error when the work tree has uncommitted changes, which the archive would not contain."""
    changed = _output(["git", "status", "--porcelain"], root).decode()
    if changed:
        raise command_line.CommandError(f"commit these first; the archive would lack them:\n{changed}")


def build(root: Path, folder: Path, key: Ed25519PrivateKey) -> list[Path]:
    """Write the release files of the checkout `root` into `folder` and return their paths."""
    name = f"kini-{kini.__version__}"
    archive, parts = folder / f"{name}.tar.gz", folder / f"{name}.cdx.json"
    tar = _output(["git", "archive", "--format=tar", f"--prefix={name}/", "HEAD"], root)
    archive.write_bytes(gzip.compress(tar, mtime=0))
    arguments = ["requirements", "requirements.lock", "--pyproject", "pyproject.toml", "--output-reproducible"]
    parts.write_bytes(_output([sys.executable, "-m", "cyclonedx_py", *arguments], root))
    sums = folder / SUMS
    sums.write_text("".join(f"{_digest(path)}  {path.name}\n" for path in (archive, parts)), "utf-8")
    signature = folder / SIGNATURE
    signature.write_bytes(key.sign(sums.read_bytes()))
    return [archive, parts, sums, signature]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _output(command: list[str], folder: Path) -> bytes:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        raise command_line.CommandError(
            f"{' '.join(command[:3])} failed: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout
