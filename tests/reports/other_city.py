"""An Open311 server of another city on loopback, as strict as GeoReport v2: keys, forms, codes, lists."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "key-of-the-other-city"


@dataclass
class OtherCity:
    """The server and what it holds.

    Attributes:
        filed: requests in their order, as they are listed.
        losing: file, and break off before the answer, so many times.
        tokens: answer with a token, which is a request from the next call on.
        down: answer with 503.
    """

    address: str = ""
    filed: list[dict[str, Any]] = field(default_factory=list)
    losing: int = 0
    tokens: bool = False
    down: bool = False

    def change(self, number: int, status: str, at: str, notes: str = "") -> None:
        self.filed[number] |= {"status": status, "updated_datetime": at, "status_notes": notes}


@contextmanager
def other_city():
    """Run the server."""
    city = OtherCity()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            if self.headers["Content-Type"].partition(";")[0] != "application/x-www-form-urlencoded":
                return self.answer(400, [{"code": "400", "description": "no form"}])
            if form.get("api_key") != KEY:
                return self.answer(403, [{"code": "403", "description": "wrong key"}])
            if form.get("service_code") != "lamp":
                return self.answer(404, [{"code": "404", "description": "no such service"}])
            if city.down:
                return self.answer(503, [])
            row = {name: form.get(name) for name in ("service_code", "description", "lat", "long", "media_url")}
            row |= {"service_request_id": str(len(city.filed) + 1), "status": "open", "status_notes": None}
            row |= {"updated_datetime": "2026-12-01T08:00:00+07:00", "form": sorted(form)}
            city.filed.append(row)
            if city.losing:
                city.losing -= 1
                self.connection.close()
                return None
            if city.tokens:
                return self.answer(200, [{"token": f"t{row['service_request_id']}"}])
            return self.answer(200, [{"service_request_id": row["service_request_id"], "service_notice": None}])

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = dict(parse_qsl(url.query))
            if url.path.startswith("/tokens/t"):
                number = url.path.removeprefix("/tokens/t").removesuffix(".json")
                return self.answer(200, [{"service_request_id": number, "token": f"t{number}"}])
            ids = asked.get("service_request_id", "").split(",")
            rows = [each for each in city.filed if not any(ids) or each["service_request_id"] in ids]
            return self.answer(200, [{name: row[name] for name in row if name != "form"} for row in rows])

        def answer(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        city.address = f"http://127.0.0.1:{server.server_port}"
        yield city
        server.shutdown()
