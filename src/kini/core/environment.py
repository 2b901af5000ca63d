"""Typed environment variables.

`./kini up` on a loopback address sets KINI_ENV=local and uses fixed keys. Everything else is production: all secrets
are required, and demo features are refused.
"""

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kini.core import virus_scanner
from kini.core.key_parsing import parse_hash_keys, parse_key_ring, parse_signing_key
from kini.core.mail_settings import parse_mailers
from kini.core.syslog import parse_address

ROOT = Path(__file__).resolve().parents[3]
#: File in the var folder with the URLs of the embedded database while it runs, as environment variables.
RUNNING_FILE = "running"

#: Publicly known keys for tests and demos; production refuses them.
PUBLIC_KEYS = {
    "KINI_SECRET_KEY": "local-secret-key-that-everybody-knows-and-production-refuses",
    "KINI_DATA_KEYS": "local:bG9jYWwtZGF0YS1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_HASH_KEY": "bG9jYWwtaGFzaC1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_SIGNING_KEY": base64.b64encode(Path(__file__).with_name("local-signing-key.pem").read_bytes()).decode(),
}
REQUIRED_SECRETS = (*PUBLIC_KEYS, "DATABASE_URL", "KINI_HOSTS")


class InvalidEnvironment(Exception):
    """The environment is invalid; the message says what to do."""


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Tile server of the maps: address with {z}, {x} and {y}, and the attribution."""

    address: str
    credit: str

    @property
    def origin(self) -> str:
        """Scheme and host for the content security policy."""
        return "/".join(self.address.split("/")[:3]).replace("{s}", "*")


@dataclass(frozen=True, slots=True)
class Environment:
    """Parsed environment variables.

    Attributes:
        name: "local" (demo, tests) or "production".
        data_keys: key ring for data at rest, "id:base64" of 32 bytes each, comma-separated; the first one encrypts.
        hash_key: base64 of 32 bytes or a ring like data_keys; for keyed hashes (NIK) and the MACs of timelines.
        signing_key: private RSA key in PEM; signs the ID tokens of OAuth clients.
        mail_url: smtp://name:password@host:port or smtps://...; empty: no e-mail.
        mail_from: sender address.
        address: public URL of the city, "https://kini.example"; printed on documents and in QR codes.
        signing_keys: folder with the keys by which agencies sign letters (docs/operators.md).
        signing_passwords: folder with their passwords, such as systemd's credentials; the current one: beside the keys.
        time_stamps: URL of an RFC 3161 time-stamping authority for signatures; empty: none.
        sms: name of a registered SMS provider; empty: no SMS.
        tiles: tile server of the maps; None: only the city's areas are drawn.
        operator_path: path of the operator's pages, "one/or-more-words"; empty: they are off.
        messages: TOML file with the providers of SMS and WhatsApp; None: only KINI_SMS.
        payments: TOML file with the payment providers; None: no online payment.
        register: TOML file with the civil register that confirms identities; None: only counters do.
        wifi: TOML file with the controllers that accept admission calls; None: RADIUS only.
        directory: TOML file with the OpenID Connect provider for officers; None: none.
        analytics: Spark cluster for queries over closed days of Wi-Fi use; empty: DuckDB in the process.
        owner_database_url: the tables' owner, who migrates; empty: the role of `database_url` does both.
        chain_heads: file to which the head of every sealed block is appended; None: none.
        clamd: virus scanner for uploads, "unix:///run/clamav/clamd.ctl" or "tcp://host:3310"; empty: none.
        syslog: syslog server for heads, "udp://host:514", "tcp://host:601" or "unix:///dev/log"; empty: none.
        syslog_audit: also send every audit entry, without personal data.
        security_contact: contact for security reports, "mailto:..." or "https://..."; empty: no security.txt.
        security_expires: last day of that contact; None: half a year from each day.
        worker: enable the browsers' service worker (offline pages and answers).
    """

    name: str
    secret_key: str = field(repr=False)
    data_keys: str = field(repr=False)
    hash_key: str = field(repr=False)
    signing_key: str = field(repr=False)
    database_url: str = field(repr=False)
    hosts: tuple[str, ...]
    city: Path
    var: Path
    plugins: tuple[str, ...] = ()
    demo: bool = False
    demo_cases: bool = False
    outbox: bool = False
    mail_url: str = field(default="", repr=False)
    mail_from: str = ""
    sms: str = ""
    address: str = ""
    signing_keys: Path = Path()
    signing_passwords: Path = Path()
    time_stamps: str = ""
    tiles: MapTiles | None = None
    operator_path: str = ""
    messages: Path | None = None
    payments: Path | None = None
    register: Path | None = None
    wifi: Path | None = None
    directory: Path | None = None
    analytics: str = ""
    owner_database_url: str = field(default="", repr=False)
    chain_heads: Path | None = None
    clamd: str = ""
    syslog: str = ""
    syslog_audit: bool = False
    proxies: int = 0
    security_contact: str = ""
    security_expires: date | None = None
    worker: bool = True
    log_format: str = "text"
    log_level: str = "info"
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def production(self) -> bool:
        return self.name == "production"

    @property
    def demo_mode(self) -> bool:
        """True if every visitor can read sign-in codes and use demo accounts; proxies are refused then."""
        return not self.production and (self.outbox or self.demo or not self.proxies)


def read(values: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment.

    Raises:
        EnvironmentFault: when a value is invalid; in production also when a secret is missing or a demo feature is on.
            It lists every error.
    """
    given = dict(os.environ if values is None else values)
    name = given.get("KINI_ENV", "production")
    if name not in ("local", "production"):
        raise InvalidEnvironment(f'KINI_ENV is "{name}"; use "local" or "production".')
    if name == "production":
        require_safe_production(given)
    else:
        given = PUBLIC_KEYS | given
        if faults := invalid_values(given):
            raise InvalidEnvironment("Kini does not start: " + "; ".join(faults) + ".")
    hosts = tuple(given.get("KINI_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(","))
    var = Path(given.get("KINI_VAR", ROOT / "var")).resolve()
    return Environment(
        name=name,
        secret_key=given["KINI_SECRET_KEY"],
        data_keys=given["KINI_DATA_KEYS"],
        hash_key=given["KINI_HASH_KEY"],
        signing_key=parse_signing_key(given["KINI_SIGNING_KEY"]),
        database_url=given.get("DATABASE_URL", ""),
        hosts=hosts,
        city=Path(given.get("KINI_CITY", ROOT / "cities" / "jakarta")).resolve(),
        var=var,
        plugins=tuple(filter(None, given.get("KINI_PLUGINS", "").split(","))),
        demo=given.get("KINI_DEMO") in ("1", "people"),
        demo_cases=given.get("KINI_DEMO") == "1",
        outbox=given.get("KINI_OUTBOX") == "1",
        mail_url=given.get("KINI_MAIL", ""),
        mail_from=given.get("KINI_MAIL_FROM", ""),
        sms=given.get("KINI_SMS") or ("messages" if given.get("KINI_MESSAGES") else ""),
        address=given.get("KINI_ADDRESS", f"https://{hosts[0]}").rstrip("/"),
        signing_keys=signing_folder(given, var),
        signing_passwords=Path(given.get("KINI_SIGNING_PASSWORDS") or given.get("CREDENTIALS_DIRECTORY") or ""),
        time_stamps=given.get("KINI_TIME_STAMPS", ""),
        tiles=parse_tiles(given),
        operator_path=parse_path(given.get("KINI_OPERATOR_PATH", "")),
        messages=Path(given["KINI_MESSAGES"]).resolve() if given.get("KINI_MESSAGES") else None,
        payments=Path(given["KINI_PAYMENTS"]).resolve() if given.get("KINI_PAYMENTS") else None,
        directory=Path(given["KINI_DIRECTORY"]).resolve() if given.get("KINI_DIRECTORY") else None,
        register=Path(given["KINI_REGISTER"]).resolve() if given.get("KINI_REGISTER") else None,
        wifi=Path(given["KINI_WIFI"]).resolve() if given.get("KINI_WIFI") else None,
        analytics=given.get("KINI_ANALYTICS", ""),
        owner_database_url=given.get("KINI_OWNER_DATABASE_URL", ""),
        chain_heads=Path(given["KINI_CHAIN_HEADS"]).resolve() if given.get("KINI_CHAIN_HEADS") else None,
        clamd=given.get("KINI_CLAMD", ""),
        syslog=given.get("KINI_SYSLOG", ""),
        syslog_audit=given.get("KINI_SYSLOG_AUDIT", "off") == "on",
        proxies=int(given.get("KINI_PROXIES") or 0),
        security_contact=given.get("KINI_SECURITY_CONTACT", ""),
        security_expires=parse_day(given.get("KINI_SECURITY_EXPIRES", "")),
        worker=given.get("KINI_WORKER", "on") != "off",
        log_format=given.get("KINI_LOG", "json" if name == "production" else "text"),
        log_level=given.get("KINI_LOG_LEVEL", "info"),
        values=given,
    )


def signing_folder(given: Mapping[str, str], var: Path) -> Path:
    """Folder of the agencies' keys: outside the city's data, except for demo keys."""
    default = "/etc/kini/signing" if given.get("KINI_ENV", "production") == "production" else var / "signing"
    return Path(given.get("KINI_SIGNING_KEYS") or default).resolve()


def misplaced_keys(given: Mapping[str, str]) -> list[str]:
    """Report signing keys inside the var folder, where a copy of the folder would include them."""
    var = Path(given.get("KINI_VAR") or ROOT / "var").resolve()
    if signing_folder(given, var).is_relative_to(var):
        return ["KINI_SIGNING_KEYS lies inside KINI_VAR; keep the agencies' keys in a folder of their own"]
    return []


def parse_tiles(given: Mapping[str, str]) -> MapTiles | None:
    """Tile server of the maps.

    Raises:
        EnvironmentFault: when the address has no {z}, {x}, {y}, or the attribution is missing.
    """
    address, credit = given.get("KINI_TILES", ""), given.get("KINI_TILES_CREDIT", "")
    if not address:
        return None
    if not re.match(r"https?://[\w.{}:-]+/", address) or not all(f"{{{axis}}}" in address for axis in "zxy"):
        raise InvalidEnvironment('KINI_TILES must read like "https://tiles.example/{z}/{x}/{y}.png".')
    if not credit:
        raise InvalidEnvironment("KINI_TILES_CREDIT is missing: say whose map it is.")
    return MapTiles(address, credit)


def parse_path(written: str) -> str:
    """Parse a URL path; returns it without slashes around it.

    Raises:
        EnvironmentFault: when it is invalid.
    """
    path = written.strip("/")
    if not re.fullmatch(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?", path):
        raise InvalidEnvironment('KINI_OPERATOR_PATH must read like "engine-room-7c1e": letters, digits, - and _.')
    return path


def parse_contact(written: str) -> str:
    """Check the URI of a contact (RFC 9116, 2.5.3).

    Raises:
        ValueError: when it is invalid.
    """
    if written and not written.startswith(("mailto:", "https://", "tel:")):
        raise ValueError('must read like "mailto:security@kini.example" or "https://kini.example/security"')
    return written


def parse_day(written: str) -> date | None:
    """Parse an ISO 8601 date; None for an empty text.

    Raises:
        ValueError: when it is no date.
    """
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise ValueError('must read like "2027-06-30"') from None


def require_safe_production(given: Mapping[str, str]) -> None:
    """Raise EnvironmentFault with everything that keeps production from starting."""
    faults = [f"{name} is missing" for name in REQUIRED_SECRETS if not given.get(name)]
    faults += [
        f"{name} is the fixed key of a first look" for name, key in PUBLIC_KEYS.items() if given.get(name) == key
    ]
    faults += [
        f"{name} is switched on and belongs to a first look"
        for name in ("KINI_DEMO", "KINI_OUTBOX")
        if given.get(name, "0") != "0"
    ]
    faults += misplaced_keys(given)
    faults += invalid_values({name: value for name, value in given.items() if value})
    if faults:
        raise InvalidEnvironment("Kini does not start in production: " + "; ".join(faults) + ". See docs/operators.md.")


def invalid_values(given: Mapping[str, str]) -> list[str]:
    """Messages about invalid values, without the values: they may be secrets."""
    readers: dict[str, Callable[[str], object]] = {
        "KINI_DATA_KEYS": parse_key_ring,
        "KINI_HASH_KEY": parse_hash_keys,
        "KINI_SIGNING_KEY": parse_signing_key,
        "KINI_MAIL": parse_mailers,
        "KINI_PROXIES": int,
        "KINI_SECURITY_CONTACT": parse_contact,
        "KINI_SECURITY_EXPIRES": parse_day,
        "KINI_CLAMD": virus_scanner.parse_address,
        "KINI_SYSLOG": parse_address,
    }
    faults = []
    for name, reader in readers.items():
        try:
            if name in given:
                reader(given[name])
        except ValueError as error:
            faults.append(f"{name} {error}")
    return faults
