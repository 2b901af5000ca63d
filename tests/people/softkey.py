"""Software passkey that answers WebAuthn level 2 requests like a phone."""

import base64
import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

ORIGIN = "http://testserver"
USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 1, 4, 64


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def data_of(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class SoftKey:
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(16))
    user: str = ""
    count: int = 0

    def create(self, options: dict[str, Any]) -> str:
        """The browser's response to the creation of a passkey."""
        public_key_options = options["publicKey"]
        self.user = public_key_options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor.encode(public)
        about = self._about(public_key_options["rp"]["id"], HAS_CREDENTIAL) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": about})
        client = self._client("webauthn.create", public_key_options["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation)}, rk=True)

    def get(self, options: dict[str, Any]) -> str:
        """The browser's response to the use of a passkey."""
        public_key_options = options["publicKey"]
        self.count += 1
        about = self._about(public_key_options["rpId"])
        client = self._client("webauthn.get", public_key_options["challenge"])
        signature = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": text(client), "authenticatorData": text(about), "signature": text(signature)}
        return self._answer(response | {"userHandle": self.user})

    def _about(self, site: str, flags: int = 0) -> bytes:
        head = USER_PRESENT | USER_VERIFIED | flags
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", head, self.count)

    def _client(self, deed: str, challenge: str) -> bytes:
        return json.dumps({"type": deed, "challenge": challenge, "origin": ORIGIN}).encode()

    def _answer(self, response: dict[str, str], **props: bool) -> str:
        name = text(self.credential_id)
        extras = {"credProps": props} if props else {}
        answer = {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extras,
        }
        return json.dumps(answer)
