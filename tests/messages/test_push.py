"""Web push to a loopback push service that checks encryption (RFC 8291) and VAPID signature (RFC 8292)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.messages import actions, web_push
from kini.messages.models import Subscription
from tests.cases.town import Town, acting
from tests.messages.test_notify import notify_resident, signed_in, states

#: The example of RFC 8291, section 5.
RFC = {
    "text": "When I grow up, I want to be a watermelon",
    "key": "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "body": "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK"
    "6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
}
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@dataclass
class Browser:
    """A browser with its push service: rejects requests without valid signature, decrypts the others."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(web_push.CURVE))
    auth: bytes = b"sixteen bytes..."
    status: int = 201
    told: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def taken(self, headers: dict[str, str], body: bytes) -> int:
        if self.status != 201:
            return self.status
        if not headers["TTL"].isdigit() or headers["Content-Encoding"] != "aes128gcm" or not self.signed(headers):
            return 403
        self.told.append(json.loads(self.opened(body)))
        return 201

    def signed(self, headers: dict[str, str]) -> bool:
        parts = dict(part.strip().split("=", 1) for part in headers["Authorization"].removeprefix("vapid ").split(","))
        head, claims, signature = parts["t"].split(".")
        raw = web_push.decode_base64url(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(web_push.CURVE, web_push.decode_base64url(parts["k"]))
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        return bool(json.loads(web_push.decode_base64url(claims))["aud"] == self.address)

    def opened(self, body: bytes) -> bytes:
        salt, ours, sealed = body[:16], body[21:86], body[86:]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(web_push.CURVE, ours)
        info = b"WebPush: info\0" + web_push.encode_point(self.key.public_key()) + ours
        secret = HKDF(SHA256(), 32, self.auth, info).derive(self.key.exchange(ec.ECDH(), sender))
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        return AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x02")


def test_the_browser_decrypts_the_example_of_the_standard():
    secret = int.from_bytes(web_push.decode_base64url(RFC["key"]))
    browser = Browser(ec.derive_private_key(secret, web_push.CURVE), web_push.decode_base64url(RFC["auth"]))
    assert browser.opened(web_push.decode_base64url(RFC["body"])) == RFC["text"].encode()


def test_a_payload_is_one_record_for_one_browser():
    browser, other = Browser(), Browser()
    public = web_push.encode_base64url(web_push.encode_point(browser.key.public_key()))
    body = web_push.encrypt_payload(b"hello", public, web_push.encode_base64url(browser.auth))
    assert browser.opened(body) == b"hello"
    with pytest.raises(InvalidTag):
        other.opened(body)
    with pytest.raises(ValueError, match="too long"):
        web_push.encrypt_payload(b"x" * (web_push.MAX_PAYLOAD + 1), public, web_push.encode_base64url(browser.auth))


@pytest.fixture
def browser(town: Town) -> Iterator[Browser]:
    """The resident's subscribed browser."""
    own = Browser()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(own.taken(dict(self.headers.items()), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    own.address = f"http://127.0.0.1:{running.server_port}"
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    Subscription.objects.create(
        user=town.resident.user,
        endpoint=f"{own.address}/push/1",
        public=web_push.encode_base64url(web_push.encode_point(own.key.public_key())),
        auth=web_push.encode_base64url(own.auth),
        made_at=current_time.now(),
    )
    yield own
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_message_comes_to_the_device_alone(town: Town, browser: Browser, run_jobs: Callable[[], int]):
    message = notify_resident(town)
    run_jobs()
    assert [told["title"] for told in browser.told] == [message.subject]
    assert browser.told[0]["link"] == f"/me/messages/{message.pk}/"
    assert states(message) == [("push", "delivered")]


def test_a_browser_that_is_gone_is_forgotten_and_the_next_channel_comes(
    town: Town, browser: Browser, run_jobs: Callable[[], int]
):
    browser.status = 410
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("push", "failed"), ("sms", "delivered")]
    assert not Subscription.objects.exists()


def test_a_busy_service_is_asked_again(town: Town, browser: Browser, run_jobs: Callable[[], int]):
    browser.status = 429
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("push", "waiting")]


def test_one_asks_for_it_in_the_browser(town: Town):
    key = web_push.encode_base64url(web_push.encode_point(ec.generate_private_key(web_push.CURVE).public_key()))
    subscription = {"endpoint": ENDPOINT, "public": key, "auth": web_push.encode_base64url(b"sixteen bytes...")}
    client = signed_in(town.resident.user)
    assert "data-push-key" in client.get("/me/messages/ways/").content.decode()
    client.post("/me/messages/device/", subscription)
    assert Subscription.objects.get().user == town.resident.user
    with pytest.raises(NotAllowed):
        actions.subscribe(by=acting(town.neighbour), user=town.resident.user, **subscription)
    for wrong in (
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://fcm.googleapis.com:8443/x"},
        {"endpoint": "http://fcm.googleapis.com/x"},
        {"public": "AAAA"},
        {"auth": "AAAA"},
    ):
        with pytest.raises(ActionRefused):
            actions.subscribe(by=acting(town.resident), user=town.resident.user, **(subscription | wrong))
