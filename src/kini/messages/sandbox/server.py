"""HTTP server of the sandbox: the providers' APIs, and a page that acts as a resident's phone.

`POST /faults` injects errors: `{"send": "down"}` answers 500; `{"receipt": "never" | "twice" | "forged" | "failed"}`
changes the receipts.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from kini.core.sandboxes import SandboxHandler, bind_sandbox, call_city
from kini.messages import message_texts
from kini.messages.providers.twilio import twilio_signature
from kini.messages.sandbox import keys
from kini.messages.sandbox.fake_providers import FakeMessage, FakeProviders, ProviderError
from kini.messages.sandbox.keys import ACCOUNT, NUMBER, SENDER, Keys

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Sandbox:
    """Providers with their webhook calls. `notify` is the base URL of the city's webhooks."""

    carriers: FakeProviders
    keys: Keys
    notify: str
    faults: dict[str, Any] = field(default_factory=dict)
    post: Callable[[str, bytes, dict[str, str]], int] = call_city

    def receipts(self, taken: FakeMessage) -> None:
        """Send the receipts of a message."""
        wish = self.faults.get("receipt")
        if wish == "never" or not taken.back:
            return
        arrived = self.carriers.on_phone(taken) and wish != "failed"
        for state in ("sent", "delivered" if arrived else "failed"):
            for _ in range(2 if wish == "twice" else 1):
                self.told(taken, state, forged=wish == "forged")

    def told(self, taken: FakeMessage, state: str, *, forged: bool = False) -> int:
        """Send one receipt; return the HTTP status of the city."""
        if taken.channel == "sms":
            status = "undelivered" if state == "failed" else state
            form = {"MessageSid": taken.id, "MessageStatus": status, "To": taken.number}
            return self.by_sms(taken.back, form | ({"ErrorCode": "30003"} if state == "failed" else {}), forged=forged)
        about: dict[str, Any] = {"id": taken.id, "status": state, "recipient_id": taken.number[1:]}
        about["biz_opaque_callback_data"] = taken.back
        errors = {"errors": [{"code": 131026, "title": "Message undeliverable"}]} if state == "failed" else {}
        return self.by_whatsapp({"statuses": [about | errors]}, forged=forged)

    def by_sms(self, address: str, form: Mapping[str, str], *, forged: bool = False) -> int:
        signed = twilio_signature("another" if forged else self.keys.token, address, list(form.items()))
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signed}
        return self.post(address, urlencode(form).encode(), headers)

    def by_whatsapp(self, value: Mapping[str, Any], *, forged: bool = False) -> int:
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", **value}}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [change]}]}).encode()
        secret = "another" if forged else self.keys.secret
        signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return self.post(f"{self.notify}whatsapp/", body, {"Content-Type": JSON, "X-Hub-Signature-256": signed})

    def write(
        self, channel: str, number: str, text: str = "", photo: bytes = b"", place: tuple[float, float] | None = None
    ) -> int:
        """Send an inbound message to the city; return its HTTP status."""
        written = self.carriers.write(channel, number, text or ("(photo)" if photo else "(place)"))
        if channel == "sms":
            form = {"MessageSid": written.id, "From": number, "To": SENDER, "Body": text}
            return self.by_sms(f"{self.notify}sms/", form)
        message: dict[str, Any] = {"id": written.id, "from": number[1:], "type": "text", "text": {"body": text}}
        if photo:
            self.carriers.photos[written.id] = photo
            message |= {"type": "image", "image": {"id": written.id, "caption": text}, "text": {}}
        if place:
            message |= {"type": "location", "location": {"latitude": place[0], "longitude": place[1]}}
        return self.by_whatsapp({"messages": [message]})


class Handler(SandboxHandler):
    """Request handler bound to one sandbox by `server`."""

    sandbox: Sandbox

    def do_GET(self) -> None:
        parts = [part for part in urlsplit(self.path).path.split("/") if part]
        photos = self.sandbox.carriers.photos
        if parts[:1] == ["v23.0"] and parts[-1] in photos and self.bearer():
            here = f"http://{self.headers['Host']}/photos/{parts[-1]}"
            return self.json(200, {"url": here, "mime_type": "image/jpeg"})
        if parts[:1] == ["photos"] and parts[-1] in photos and self.bearer():
            return self.answer(200, photos[parts[-1]], "image/jpeg")
        if parts:
            return self.json(404, {"error": {"code": 100, "message": "Unsupported get request"}})
        number = parse_qs(urlsplit(self.path).query).get("number", [""])[0]
        phone = phone_page(self.sandbox.carriers.taken, number.replace(" ", "+", 1))
        self.answer(200, phone, "text/html; charset=utf-8")

    def do_POST(self) -> None:
        body = self.body()
        path = urlsplit(self.path).path
        try:
            if path == "/faults":
                self.sandbox.faults = dict(json.loads(body))
                self.json(200, self.sandbox.faults)
            elif path == "/write":
                self.write(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            elif self.sandbox.faults.get("send") == "down":
                self.json(500, {"error": {"code": 131000, "message": "Something went wrong"}})
            elif path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
                self.sms(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            elif path == f"/v23.0/{NUMBER}/messages":
                self.whatsapp(json.loads(body))
            else:
                self.json(404, {"code": 20404, "message": "The requested resource was not found"})
        except (KeyError, ValueError, TypeError):
            self.json(400, {"error": {"code": 100, "message": "Invalid parameter"}})

    def bearer(self) -> bool:
        return hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.sandbox.keys.token}")

    def sms(self, form: dict[str, str]) -> None:
        credentials = base64.b64encode(f"{ACCOUNT}:{self.sandbox.keys.token}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {credentials}" or form.get("From") != SENDER:
            return self.json(401, {"code": 20003, "message": "Authenticate"})
        try:
            message = self.sandbox.carriers.sms(form["To"], form["Body"], form.get("StatusCallback", ""))
        except ProviderError as refusal:
            status = 429 if refusal.code == 20429 else 400
            return self.json(status, {"code": refusal.code, "message": refusal.message})
        self.json(201, {"sid": message.id, "status": "queued"})
        self.later(message)

    def whatsapp(self, content: dict[str, Any]) -> None:
        if not self.bearer():
            return self.json(401, {"error": {"code": 190, "message": "Invalid OAuth access token"}})
        try:
            message = self.sandbox.carriers.whatsapp(content)
        except ProviderError as refusal:
            status = 429 if refusal.code == 130429 else 400
            return self.json(status, {"error": {"code": refusal.code, "message": refusal.message}})
        self.json(200, {"messaging_product": "whatsapp", "messages": [{"id": message.id}]})
        self.later(message)

    def later(self, taken: FakeMessage) -> None:
        threading.Thread(target=self.sandbox.receipts, args=(taken,), daemon=True).start()

    def write(self, form: dict[str, str]) -> None:
        latitude, comma, longitude = form.get("place", "").partition(",")
        place = (float(latitude), float(longitude)) if comma else None
        photo = base64.b64decode(form.get("photo", ""))
        self.sandbox.write(form["channel"], form["number"].strip(), form.get("text", ""), photo, place)
        self.send_response(303)
        self.send_header("Location", f"/?{urlencode({'number': form['number'].strip()})}")
        self.send_header("Content-Length", "0")
        self.end_headers()


def server(sandbox: Sandbox, port: int = 0) -> ThreadingHTTPServer:
    """Create a loopback server to run with `serve_forever`; port 0 picks a free one."""
    return bind_sandbox(Handler, sandbox, port)


def start(folder: Path, city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Create server and configuration file for core.sandboxes."""
    sandbox_keys = keys.generate_keys()
    running = server(
        Sandbox(FakeProviders(message_texts.whatsapp_templates()), sandbox_keys, f"{city}/messages/notices/"), port
    )
    return running, keys.configure(folder, sandbox_keys, running.server_address[1])


PAGE_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Pretended phones</title><style>:root{color-scheme:light dark}body{font:16px system-ui;max-width:40rem;margin:
2rem auto;padding:0 1rem}li{margin:.5rem 0}label{display:block;margin:.5rem 0}</style><h1>Pretended phones</h1>"""
PAGE_FORM = """<form method="post" action="/write"><h2>Write to the city</h2>
<label>From <input name="number" value="{number}" required></label>
<label>By <select name="channel"><option>whatsapp</option><option>sms</option></select></label>
<label>Text <input name="text"></label><label>Place (latitude,longitude) <input name="place"></label>
<button>Send</button></form>"""


def phone_page(taken: Sequence[FakeMessage], number: str) -> str:
    """HTML page with the latest messages of one number, or of all."""
    lines = "".join(
        f"<li><b>{escape(each.number)}</b> {each.channel} {'←' if each.sent else '→'} {escape(each.text)}</li>"
        for each in reversed(taken[-200:])
        if not number or each.number == number
    )
    return f"{PAGE_HEAD}{PAGE_FORM.format(number=escape(number, quote=True))}<h2>Messages</h2><ul>{lines}</ul></html>"
