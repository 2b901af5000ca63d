"""Malformed and hostile requests: each must be answered, and without a server error."""

from collections.abc import Iterator
from urllib.parse import quote

from kini.bench.attack.connections import connect, network_address

DEEP = 100_000
_JSON = "Content-Type: application/json\r\n"


def _post(path: str, body: bytes, headers: str = _JSON, host: str = "127.0.0.1") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


def _get(path: str, headers: str = "", host: str = "127.0.0.1", method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n".encode("latin-1")


def hostile() -> Iterator[tuple[str, bytes]]:
    """Yield (name, raw request)."""
    yield from _hosts()
    yield from _paths()
    yield from _heads()
    yield from _bodies()


def _hosts() -> Iterator[tuple[str, bytes]]:
    for path in ("/", "/health/live", "/health/ready", "/api/v1/services", "/sign-in/", "/static/x.css"):
        yield f"an unknown Host at {path}", _get(path, host="evil.example")
    yield "an empty Host", _get("/", host="")
    yield "a Host with a port and a path", _get("/", host="127.0.0.1:80/evil")
    yield "two Hosts", _get("/", "Host: evil.example\r\n")


def _paths() -> Iterator[tuple[str, bytes]]:
    odd = (
        "%00",
        "%ff",
        "%c0%af",
        "..%2f..%2fetc%2fpasswd",
        "%e2%80%ae",
        "a" * 7000,
        "%25%30%30",
        "%0d%0aX:%20y",
        "'\";--",
    )
    for path in ("/areas/{}/map.json", "/services/{}/", "/v/{}", "/track/{}/", "/places/{}/", "/queue/{}/", "/{}"):
        for word in odd:
            yield f"{word[:20]} in {path}", _get(path.format(word))
    for path in ("/wifi/?near={}", "/services/?q={}", "/sign-in/?next={}", "/identity/o/authorize?client_id={}"):
        for word in odd:
            yield f"{word[:20]} in {path}", _get(path.format(word))
    yield "a path of another server", _get("http://evil.example/services/")
    yield "two slashes", _get("//evil.example/%2e%2e")
    for name in ("near", "kind", "page", "f-corridor", "cursor", "limit", "first", "language"):
        yield f"ten thousand digits as {name}", _get(f"/api/v1/wifi/points?{name}={'9' * 6000}")


def _heads() -> Iterator[tuple[str, bytes]]:
    for method in ("TRACE", "PROPFIND", "DELETE", "get", "OPTIONS", "HEAD"):
        yield f"the method {method}", _get("/services/", method=method)
    yield "two lengths", _get("/services/", "Content-Length: 3\r\nContent-Length: 4\r\n", method="POST")
    yield "length and chunks", _get("/language/", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", method="POST")
    yield "a length below nothing", _get("/language/", "Content-Length: -1\r\n", method="POST")
    yield "a length without end", _get("/language/", f"Content-Length: {'9' * 40}\r\n", method="POST")
    yield (
        "broken chunks",
        _get("/language/", "Transfer-Encoding: chunked\r\n", method="POST") + b"zz\r\nabc\r\n0\r\n\r\n",
    )
    yield "a forwarded client with _", _get("/services/", "X_Forwarded_For: 203.0.113.9\r\n")
    for name in ("Accept-Language", "User-Agent", "Range", "If-Modified-Since", "Referer", "Authorization", "Cookie"):
        yield f"odd bytes in {name}", _get("/services/", f"{name}: \xff\xfe={'z' * 3000};%00\r\n")
    yield "a session of another form", _get("/me/", "Cookie: __Host-session=%00'--; __Host-csrf=x\r\n")
    yield "a token of another form", _get("/api/v1/me", "Authorization: Bearer \xff\r\n")


def _bodies() -> Iterator[tuple[str, bytes]]:
    deep = b"[" * DEEP + b"]" * DEEP
    bodies = {
        "nested brackets": deep,
        "nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        "a lone surrogate": b'{"service": "\\ud800", "answers": {}, "confirm": true}',
        "a number without end": b'{"service": 1e999, "answers": ' + b"9" * 5000 + b"}",
        "a NUL": b'{"service": "a\\u0000b", "answers": {}}',
        "no UTF-8": b'{"service": "\xff\xfe"}',
        "nothing": b"",
    }
    for path in (
        "/api/v1/cases",
        "/api/v1/drafts",
        "/api/v1/whereabouts",
        "/payments/notices/bank/",
        "/messages/notices/x/",
    ):
        for name, body in bodies.items():
            yield f"{name} at {path}", _post(path, body)
    form = "Content-Type: multipart/form-data; boundary=b\r\n"
    parts = (
        b"".join(b'--b\r\nContent-Disposition: form-data; name="n%d"\r\n\r\nx\r\n' % n for n in range(3000))
        + b"--b--\r\n"
    )
    yield "three thousand fields", _post("/language/", parts, form)
    yield "a form without its boundary", _post("/language/", b"x", "Content-Type: multipart/form-data\r\n")
    yield "a form that is cut off", _post("/language/", parts[:500], form)
    yield "a charset that does not exist", _post("/language/", b"a=b", "Content-Type: text/plain; charset=\xff\r\n")
    for path in ("/language/", "/sign-in/", "/wifi/portal/code/", "/identity/o/api/token"):
        typed = f"language=%00&contact={quote(chr(0))}&username=%00&code=%00&next=%00".encode()
        yield f"a typed NUL at {path}", _post(path, typed, "Content-Type: application/x-www-form-urlencoded\r\n")


def run(address: str) -> tuple[int, list[str]]:
    """Send each request; return their number and findings, a sentence each."""
    findings, count = [], 0
    for count, (name, words) in enumerate(hostile(), 1):
        status = _answered(address, words, network_address(3, count))
        if status is None:
            findings.append(f"{name} was not answered")
        elif status >= 500 and status not in (501, 503, 505):
            findings.append(f"{name} was answered with {status}")
    return count, findings


def _answered(address: str, words: bytes, source: str) -> int | None:
    """Status of the response; None for a timeout, 0 for a closed connection, which is allowed."""
    with connect(address, source) as connection:
        try:
            connection.sendall(words)
            line = connection.recv(4096)
        except TimeoutError:
            return None
        except OSError:
            return 0
    return int(line[9:12]) if line.startswith(b"HTTP/1.") and line[9:12].isdigit() else 0
