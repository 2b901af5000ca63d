"""Shared credentials of city and sandbox, and the configuration file for the demo."""

import secrets
from dataclasses import dataclass
from pathlib import Path

ACCOUNT, NUMBER, SENDER = "ACsandbox", "100000000000001", "+15005550006"


@dataclass(frozen=True, slots=True)
class Keys:
    """Token of API requests and secret of webhooks."""

    token: str
    secret: str


def generate_keys() -> Keys:
    """Generate keys for one run."""
    return Keys(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def configure(folder: Path, keys: Keys, port: int) -> Path:
    """Write the KINI_MESSAGES file for a sandbox on this loopback port."""
    folder.mkdir(parents=True, exist_ok=True)
    path, here = folder / "messages.toml", f"http://127.0.0.1:{port}"
    text = f"""[sms]
adapter = "twilio"
address = "{here}"
account = "{ACCOUNT}"
token = "{keys.token}"
sender = "{SENDER}"

[whatsapp]
adapter = "whatsapp"
address = "{here}/v23.0"
number = "{NUMBER}"
token = "{keys.token}"
secret = "{keys.secret}"
verify = "{keys.secret}"
"""
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    return path
