"""Sandbox civil registry on loopback, with the real one's rules: bearer token, one response per request, no data out.

`POST /faults` sets its misbehaviour: `{"answer": "timeout"}`, `down`, `garbled`, `talkative`; `{}` ends it.
"""

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kini.core.sandboxes import SandboxHandler, bind_sandbox

#: Seconds, longer than the client's timeout.
SILENCE = 8.0


@dataclass(frozen=True, slots=True)
class RegisteredPerson:
    """A person in the register."""

    name: str
    birth_date: str


@dataclass
class Sandbox:
    """State of the sandbox.

    Attributes:
        people: by number.
        asked: references of answered requests.
    """

    people: Mapping[str, RegisteredPerson]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    faults: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def verify(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """Compare a claim; names ignore case and spacing."""
        self.asked.append(sent["reference"])
        person = self.people.get(sent["nik"])
        matches = {
            "nik": person is not None,
            "name": person is not None and _plain(person.name) == _plain(sent["name"]),
            "birth_date": person is not None and person.birth_date == sent["birth_date"],
        }
        answer: dict[str, Any] = {"receipt": f"V-{len(self.asked):06d}", "matches": matches}
        if self.faults.get("answer") == "talkative" and person:
            answer["person"] = {"name": person.name, "birth_date": person.birth_date}
        return answer


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


class Handler(SandboxHandler):
    """Request handler of one sandbox (`server` binds it)."""

    sandbox: Sandbox

    def do_POST(self) -> None:
        body = self.body()
        if self.path == "/faults":
            self.sandbox.faults = dict(json.loads(body))
            return self.json(200, {})
        if self.path != "/verifications":
            return self.json(404, {})
        if self.headers.get("Authorization") != f"Bearer {self.sandbox.token}":
            return self.json(401, {})
        match self.sandbox.faults.get("answer"):
            case "timeout":
                self.sandbox.stopped.wait(SILENCE)
                self.close_connection = True
                return None
            case "down":
                return self.json(503, {})
            case "garbled":
                return self.answer(200, "<html>", "application/json")
        return self.json(200, self.sandbox.verify(json.loads(body)))


def server(sandbox: Sandbox, port: int = 0) -> ThreadingHTTPServer:
    """Build a server on loopback, to be run with `serve_forever`; port 0 picks a free one."""
    return bind_sandbox(Handler, sandbox, port)


def configure(folder: Path, token: str, port: int) -> Path:
    """Write the file for KINI_REGISTER, for a sandbox on that loopback port."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "register.toml"
    path.touch(mode=0o600)
    words = {"adapter": "civil-registry", "address": f"http://127.0.0.1:{port}", "token": token}
    lines = [f'{name} = "{value}"' for name, value in words.items()]
    path.write_text("\n".join(["[civil-register]", *lines, ""]), "utf-8")
    return path
