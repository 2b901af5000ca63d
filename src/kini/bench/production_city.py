"""Scratch city with production settings (secrets, durable database, request log), and the baseline server."""

import base64
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kini.bench.monitor import ProcessMonitor
from kini.core.process_supervisor import ProcessError
from kini.core.web_server import web_command
from kini.robot.scratch import ScratchCity, free_port, scratch_city

#: PostgreSQL settings that decide whether a commit is durable.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


SETTINGS = {"kini": {}, "bare": {"DJANGO_SETTINGS_MODULE": "kini.bench.baseline_settings"}}


def production_env() -> dict[str, str]:
    """Environment of a production city on loopback."""
    return {
        "KINI_ENV": "production",
        "KINI_SECRET_KEY": secrets.token_urlsafe(50),
        "KINI_DATA_KEYS": f"bench:{_key()}",
        "KINI_HASH_KEY": _key(),
        "KINI_SIGNING_KEY": _signing_key(),
        "KINI_HOSTS": "127.0.0.1",
        "KINI_OUTBOX": "0",
        "KINI_DEMO": "0",
        "KINI_PAYMENTS": "",
        "KINI_LOG": "json",
        "KINI_LOG_LEVEL": "info",
    }


def _key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _signing_key() -> str:
    own = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(pem).decode()


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of Kini ("kini") and the baseline server ("bare"), and the monitor of all processes."""

    addresses: dict[str, str]
    monitor: ProcessMonitor
    durable: str


@contextmanager
def production_city(pack: Path | None = None, env: Mapping[str, str] | None = None) -> Iterator[ScratchCity]:
    """Create a city, with `env` overriding its environment, which also becomes that of this process."""
    with scratch_city(pack, durable=True, env={**production_env(), **(env or {})}) as scratch:
        os.environ.update(scratch.env)
        yield scratch


def start_servers(scratch: ScratchCity, stack: ExitStack) -> Servers:
    """Start the web server like `./kini up`, and the baseline server.

    Raises:
        ProcessError: one did not start; includes the end of its log.
    """
    addresses = {}
    for name, env in SETTINGS.items():
        path = scratch.var / f"{name}.log"
        log = stack.enter_context(path.open("wb"))
        port = free_port()
        try:
            addresses[name] = replace(scratch, env=scratch.env | env).start(
                name, web_command("127.0.0.1", port), port, log
            )
        except ProcessError as fault:
            raise ProcessError(f"{fault}\n{path.read_text('utf-8', 'replace')[-2000:]}") from None

    def roots() -> dict[str, int]:
        return scratch.supervisor.pids() | {"database": scratch.database.pid or 0}

    return Servers(
        addresses, ProcessMonitor(roots, frozenset({"database"})), durability_settings(scratch.env["DATABASE_URL"])
    )


def durability_settings(url: str) -> str:
    """Durability settings of the database: "fsync on, ..."."""
    with psycopg.connect(url) as connection:
        values = [(name, connection.execute(f"SHOW {name}").fetchone()) for name in DURABLE]
    return ", ".join(f"{name} {row[0]}" for name, row in values if row)
