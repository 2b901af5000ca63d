"""Server of the sandbox: the SNAP API that the city calls, and a page for test payments.

`POST /faults` (loopback only, as everything here) says how it misbehaves from now on: `{"create": "down"}` answers 500,
`"lost"` makes the code and drops the connection; `{"status": "down"}` answers 500;
`{"notice": "never" | "twice" | "forged" | "old"}`, `{"delay": seconds}`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from kini.core.sandboxes import SandboxHandler, bind_sandbox, call_city
from kini.payments.providers.snap import CREATE, REFUND, STATUS, TOKEN, ZONE
from kini.payments.sandbox import bank_page, keys
from kini.payments.sandbox.bank import Bank, Order
from kini.payments.sandbox.keys import CLIENT, NAME, Keys

TOKEN_HOLDS = 900
RETRIES = (0, 1, 3, 9, 27)  # seconds before each delivery attempt of a webhook


class Unauthorised(Exception):
    """The caller's signature or token is wrong."""


@dataclass
class Sandbox:
    """The provider's side of the API."""

    bank: Bank
    keys: Keys
    notify: str
    faults: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    post: Callable[[str, bytes, dict[str, str]], int] = call_city

    def token(self, headers: Any) -> dict[str, Any]:
        """Issue a token to a caller who signs with the city's key."""
        at = headers.get("X-TIMESTAMP", "")
        city = load_pem_public_key(self.keys.file("city.pub").read_bytes())
        assert isinstance(city, rsa.RSAPublicKey)
        try:
            signature = base64.b64decode(headers.get("X-SIGNATURE", ""))
            city.verify(signature, f"{CLIENT}|{at}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            raise Unauthorised from None
        issued = secrets.token_urlsafe(24)
        self.tokens[issued] = time.monotonic() + TOKEN_HOLDS
        return {"responseCode": "2007300", "accessToken": issued, "tokenType": "Bearer", "expiresIn": str(TOKEN_HOLDS)}

    def checked(self, path: str, headers: Any, body: bytes) -> dict[str, Any]:
        """Content of a request with valid token and signature."""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        signed = f"POST:{path}:{token}:{hashlib.sha256(body).hexdigest()}:{headers.get('X-TIMESTAMP', '')}".encode()
        right = base64.b64encode(hmac.digest(self.keys.secret.encode(), signed, hashlib.sha512)).decode()
        if self.tokens.get(token, 0) < time.monotonic() or not hmac.compare_digest(
            right, headers.get("X-SIGNATURE", "")
        ):
            raise Unauthorised
        return dict(json.loads(body))

    def create(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        if method == "qr":
            reference, amount = content["partnerReferenceNo"], content["amount"]
            title, until, code = content["additionalInfo"]["title"], content["validityPeriod"], ""
        else:
            reference, amount = content["trxId"], content["totalAmount"]
            title, until, code = (
                content["virtualAccountName"],
                content["expiredDate"],
                content["virtualAccountNo"].strip(),
            )
        order = self.bank.create(reference, method, int(float(amount["value"])), title, code, until)
        if method == "qr":
            answer = {"referenceNo": order.own, "partnerReferenceNo": reference, "qrContent": order.code}
            return {"responseCode": "2004700", "responseMessage": "Successful", **answer}
        account = {"virtualAccountNo": order.code, "trxId": order.own}
        return {"responseCode": "2002700", "responseMessage": "Successful", "virtualAccountData": account}

    def status(self, content: dict[str, Any]) -> dict[str, Any] | None:
        order = self.bank.order(content["originalPartnerReferenceNo"])
        return {"responseCode": "2005100", "responseMessage": "Successful", **told(order)} if order else None

    def refund(self, content: dict[str, Any]) -> dict[str, Any] | None:
        order = self.bank.order(content["originalPartnerReferenceNo"])
        if order is None or order.paid is None:
            return None
        number = self.bank.refund(order, content["partnerRefundNo"], int(float(content["refundAmount"]["value"])))
        return {"responseCode": "2007800", "responseMessage": "Successful", "refundNo": number}

    def pay(self, order: Order, amount: int) -> None:
        """Record a payment, and notify the city in a thread."""
        paid = self.bank.pay(order, amount, datetime.now(ZONE).isoformat(timespec="seconds"))
        if self.faults.get("notice") != "never":
            threading.Thread(target=self.tell, args=(paid,), daemon=True).start()

    def tell(self, order: Order) -> None:
        """Notify the city, with retries until it accepts."""
        time.sleep(float(self.faults.get("delay", 0)))
        mode = self.faults.get("notice")
        for _ in range(2 if mode == "twice" else 1):
            for wait in RETRIES:
                time.sleep(wait)
                if self.told(order, forged=mode == "forged", old=mode == "old") < 500:
                    break

    def _payload(self, order: Order) -> dict[str, Any]:
        return told(order, self.faults.get("currency", "IDR"), self.faults.get("fraction", "00"))

    def told(self, order: Order, *, forged: bool = False, old: bool = False) -> int:
        """Send one webhook; returns the status of the city's answer."""
        return self.send(
            order.own, json.dumps(self._payload(order), separators=(",", ":")).encode(), forged=forged, old=old
        )

    def send(self, number: str, body: bytes, *, forged: bool = False, old: bool = False) -> int:
        """Send a signed webhook; returns the status of the city's answer."""
        at = (datetime.now(ZONE) - timedelta(hours=1 if old else 0)).isoformat(timespec="seconds")
        key = load_pem_private_key(self.keys.file("city.key" if forged else f"{NAME}.key").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        signed = f"POST:{urlsplit(self.notify).path}:{hashlib.sha256(body).hexdigest()}:{at}".encode()
        headers = {
            "Content-Type": "application/json",
            "X-TIMESTAMP": at,
            "X-SIGNATURE": base64.b64encode(key.sign(signed, padding.PKCS1v15(), hashes.SHA256())).decode(),
            "X-EXTERNAL-ID": number,
        }
        return self.post(self.notify, body, headers)


def told(order: Order, currency: str = "IDR", fraction: str = "00") -> dict[str, Any]:
    """Payload about an order."""
    about = {
        "originalPartnerReferenceNo": order.reference,
        "originalReferenceNo": order.own,
        "latestTransactionStatus": "03" if order.paid is None else "00",
    }
    if order.paid is not None:
        about |= {"amount": {"value": f"{order.paid}.{fraction}", "currency": currency}, "paidTime": order.paid_at}  # type: ignore[dict-item]
    return about


class Handler(SandboxHandler):
    """Requests to one sandbox (`server` binds it)."""

    sandbox: Sandbox

    def do_GET(self) -> None:
        reference = parse_qs(urlsplit(self.path).query).get("reference", [""])[0]
        self.answer(200, bank_page.bank(self.sandbox.bank.orders(), reference), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = self.body()
        path = urlsplit(self.path).path
        actions: dict[str, Callable[[bytes], None]] = {"/pay": self.pay, "/faults": self.misbehave}
        try:
            actions.get(path, self.called)(body)
        except Unauthorised:
            self.json(401, {"responseCode": "4010000", "responseMessage": "Unauthorized. Signature"})
        except (KeyError, ValueError, TypeError):
            self.json(400, {"responseCode": "4000000", "responseMessage": "Bad Request"})

    def misbehave(self, body: bytes) -> None:
        self.sandbox.faults = dict(json.loads(body))
        self.json(200, self.sandbox.faults)

    def pay(self, body: bytes) -> None:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        order = self.sandbox.bank.order(form.get("code", "").strip())
        if order is None:
            return self.answer(404, bank_page.unknown(), "text/html; charset=utf-8")
        self.sandbox.pay(order, int(form.get("amount") or order.amount))
        self.answer(200, bank_page.done(order), "text/html; charset=utf-8")

    def called(self, body: bytes) -> None:
        """Handle an API call of the city."""
        path = urlsplit(self.path).path
        if path == TOKEN:
            return self.json(200, self.sandbox.token(self.headers))
        content = self.sandbox.checked(path, self.headers, body)
        method = next((name for name, address in (CREATE | STATUS).items() if address == path), "qr")
        if path in CREATE.values():
            return self.create(next(name for name, address in CREATE.items() if address == path), content)
        if path == STATUS[method] and self.sandbox.faults.get("status") == "down":
            return self.json(500, {"responseCode": "5005100", "responseMessage": "General Error"})
        if path == REFUND and self.sandbox.faults.get("refund") == "down":
            return self.json(500, {"responseCode": "5007800", "responseMessage": "General Error"})
        calls = {STATUS[method]: self.sandbox.status, REFUND: self.sandbox.refund}
        answer = calls[path](content) if path in calls else None
        self.json(
            200 if answer else 404, answer or {"responseCode": "4045101", "responseMessage": "Transaction Not Found"}
        )

    def create(self, method: str, content: dict[str, Any]) -> None:
        fault = self.sandbox.faults.get("create")
        if fault == "down":
            return self.json(500, {"responseCode": "5004700", "responseMessage": "General Error"})
        answer = self.sandbox.create(method, content)
        if fault == "lost":
            self.close_connection = True
            self.connection.close()
            return
        self.json(200, answer)


def server(sandbox: Sandbox, port: int = 0) -> ThreadingHTTPServer:
    """Server on loopback, to be run with `serve_forever`; port 0 takes a free one."""
    return bind_sandbox(Handler, sandbox, port)


def start(folder: Path, city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Start function for core.sandboxes: server and configuration file."""
    keypair = keys.ensure_keys(folder)
    running = server(Sandbox(Bank(folder / "orders.sqlite3"), keypair, f"{city}/payments/notices/{NAME}/"), port)
    return running, keys.configure(keypair, running.server_address[1])
