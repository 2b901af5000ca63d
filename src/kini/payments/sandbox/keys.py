"""Keys and configuration file of the sandbox."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

NAME = "sandbox"
CLIENT = "kini-sandbox"


@dataclass(frozen=True, slots=True)
class Keys:
    """Key files in one folder: the city's key, the sandbox's key, and their shared secret."""

    folder: Path

    @property
    def secret(self) -> str:
        return (self.folder / "secret").read_text("utf-8")

    def file(self, name: str) -> Path:
        return self.folder / name

    @property
    def configuration(self) -> Path:
        return self.folder / "payments.toml"


def ensure_keys(folder: Path) -> Keys:
    """Keys in that folder, created if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = Keys(folder)
    if not keys.file("secret").exists():
        for name in ("city", NAME):
            _write_pair(folder, name)
        _write(keys.file("secret"), secrets.token_urlsafe(32).encode())
    return keys


def _write_pair(folder: Path, name: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, nothing = serialization.Encoding.PEM, serialization.NoEncryption()
    _write(folder / f"{name}.key", key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, nothing))
    public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    _write(folder / f"{name}.pub", public)


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def configure(keys: Keys, port: int) -> Path:
    """Write the file for KINI_PAYMENTS, for a sandbox on that loopback port."""
    lines = {
        "adapter": "snap",
        "address": f"http://127.0.0.1:{port}",
        "client": CLIENT,
        "secret": keys.secret,
        "private_key": str(keys.file("city.key")),
        "public_key": str(keys.file(f"{NAME}.pub")),
        "merchant": "SANDBOX00000001",
        "va_prefix": "88810",
        "bank": "Bank Pura-pura",
        "pretend": f"http://127.0.0.1:{port}/",
    }
    body = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    _write(keys.configuration, f'[{NAME}]\n{body}methods = ["qr", "va"]\n'.encode())
    return keys.configuration
