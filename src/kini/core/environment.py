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
        fast_path: pipelining, prepared statements and the page cache; without them Django does the same, more slowly.
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
    fast_path: bool = True
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
        InvalidEnvironment: with every error: invalid values; in production also missing secrets and demo features.
    """
    variables = dict(os.environ if values is None else values)
    name = variables.get("KINI_ENV", "production")
    if name not in ("local", "production"):
        raise InvalidEnvironment(f'KINI_ENV is "{name}"; use "local" or "production".')
    if name == "production":
        require_safe_production(variables)
    else:
        variables = PUBLIC_KEYS | variables
        if faults := invalid_values(variables):
            raise InvalidEnvironment("Kini cannot start: " + "; ".join(faults) + ".")
    hosts = tuple(variables.get("KINI_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(","))
    var = Path(variables.get("KINI_VAR", ROOT / "var")).resolve()
    return Environment(
        name=name,
        secret_key=variables["KINI_SECRET_KEY"],
        data_keys=variables["KINI_DATA_KEYS"],
        hash_key=variables["KINI_HASH_KEY"],
        signing_key=parse_signing_key(variables["KINI_SIGNING_KEY"]),
        database_url=variables.get("DATABASE_URL", ""),
        hosts=hosts,
        city=Path(variables.get("KINI_CITY", ROOT / "cities" / "jakarta")).resolve(),
        var=var,
        plugins=tuple(filter(None, variables.get("KINI_PLUGINS", "").split(","))),
        demo=variables.get("KINI_DEMO") in ("1", "people"),
        demo_cases=variables.get("KINI_DEMO") == "1",
        outbox=variables.get("KINI_OUTBOX") == "1",
        mail_url=variables.get("KINI_MAIL", ""),
        mail_from=variables.get("KINI_MAIL_FROM", ""),
        sms=variables.get("KINI_SMS") or ("messages" if variables.get("KINI_MESSAGES") else ""),
        address=variables.get("KINI_ADDRESS", f"https://{hosts[0]}").rstrip("/"),
        signing_keys=signing_folder(variables, var),
        signing_passwords=Path(variables.get("KINI_SIGNING_PASSWORDS") or variables.get("CREDENTIALS_DIRECTORY") or ""),
        time_stamps=variables.get("KINI_TIME_STAMPS", ""),
        tiles=parse_tiles(variables),
        operator_path=parse_path(variables.get("KINI_OPERATOR_PATH", "")),
        messages=Path(variables["KINI_MESSAGES"]).resolve() if variables.get("KINI_MESSAGES") else None,
        payments=Path(variables["KINI_PAYMENTS"]).resolve() if variables.get("KINI_PAYMENTS") else None,
        directory=Path(variables["KINI_DIRECTORY"]).resolve() if variables.get("KINI_DIRECTORY") else None,
        register=Path(variables["KINI_REGISTER"]).resolve() if variables.get("KINI_REGISTER") else None,
        wifi=Path(variables["KINI_WIFI"]).resolve() if variables.get("KINI_WIFI") else None,
        analytics=variables.get("KINI_ANALYTICS", ""),
        owner_database_url=variables.get("KINI_OWNER_DATABASE_URL", ""),
        chain_heads=Path(variables["KINI_CHAIN_HEADS"]).resolve() if variables.get("KINI_CHAIN_HEADS") else None,
        clamd=variables.get("KINI_CLAMD", ""),
        syslog=variables.get("KINI_SYSLOG", ""),
        syslog_audit=variables.get("KINI_SYSLOG_AUDIT", "off") == "on",
        proxies=int(variables.get("KINI_PROXIES") or 0),
        security_contact=variables.get("KINI_SECURITY_CONTACT", ""),
        security_expires=parse_day(variables.get("KINI_SECURITY_EXPIRES", "")),
        fast_path=variables.get("KINI_FAST_PATH", "on") != "off",
        worker=variables.get("KINI_WORKER", "on") != "off",
        log_format=variables.get("KINI_LOG", "json" if name == "production" else "text"),
        log_level=variables.get("KINI_LOG_LEVEL", "info"),
        values=variables,
    )


def signing_folder(variables: Mapping[str, str], var: Path) -> Path:
    """Folder of the agencies' keys: outside the city's data, except for demo keys."""
    default = "/etc/kini/signing" if variables.get("KINI_ENV", "production") == "production" else var / "signing"
    return Path(variables.get("KINI_SIGNING_KEYS") or default).resolve()


def misplaced_keys(variables: Mapping[str, str]) -> list[str]:
    """Report signing keys inside the var folder, where a copy of the folder would include them."""
    var = Path(variables.get("KINI_VAR") or ROOT / "var").resolve()
    if signing_folder(variables, var).is_relative_to(var):
        return ["KINI_SIGNING_KEYS is inside KINI_VAR; keep the agencies' keys in another folder"]
    return []


def parse_tiles(variables: Mapping[str, str]) -> MapTiles | None:
    """Tile server of the maps.

    Raises:
        InvalidEnvironment: when the address has no {z}, {x}, {y}, or the attribution is missing.
    """
    address, credit = variables.get("KINI_TILES", ""), variables.get("KINI_TILES_CREDIT", "")
    if not address:
        return None
    if not re.match(r"https?://[\w.{}:-]+/", address) or not all(f"{{{axis}}}" in address for axis in "zxy"):
        raise InvalidEnvironment('KINI_TILES must read like "https://tiles.example/{z}/{x}/{y}.png".')
    if not credit:
        raise InvalidEnvironment("KINI_TILES_CREDIT is missing: the attribution of the map.")
    return MapTiles(address, credit)


def parse_path(text: str) -> str:
    """Parse a URL path; returns it without slashes around it.

    Raises:
        InvalidEnvironment: when it is invalid.
    """
    path = text.strip("/")
    if not re.fullmatch(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?", path):
        raise InvalidEnvironment('KINI_OPERATOR_PATH must read like "engine-room-7c1e": letters, digits, - and _.')
    return path


def parse_contact(text: str) -> str:
    """Check the URI of a contact (RFC 9116, 2.5.3).

    Raises:
        ValueError: when it is invalid.
    """
    if text and not text.startswith(("mailto:", "https://", "tel:")):
        raise ValueError('must read like "mailto:security@kini.example" or "https://kini.example/security"')
    return text


def parse_day(text: str) -> date | None:
    """Parse an ISO 8601 date; None for an empty text.

    Raises:
        ValueError: when it is no date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError('must read like "2027-06-30"') from None


def require_safe_production(variables: Mapping[str, str]) -> None:
    """Raise InvalidEnvironment with everything that keeps production from starting."""
    faults = [f"{name} is missing" for name in REQUIRED_SECRETS if not variables.get(name)]
    faults += [
        f"{name} is a publicly known demo key" for name, key in PUBLIC_KEYS.items() if variables.get(name) == key
    ]
    faults += [
        f"{name} is on, but is for demos only"
        for name in ("KINI_DEMO", "KINI_OUTBOX")
        if variables.get(name, "0") != "0"
    ]
    faults += misplaced_keys(variables)
    faults += invalid_values({name: value for name, value in variables.items() if value})
    if faults:
        raise InvalidEnvironment("Kini cannot start in production: " + "; ".join(faults) + ". See docs/operators.md.")


def invalid_values(variables: Mapping[str, str]) -> list[str]:
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
            if name in variables:
                reader(variables[name])
        except ValueError as error:
            faults.append(f"{name} {error}")
    return faults
