"""What the program is told from outside: one typed reading of the environment variables.

`./kini up` on a loopback address sets KINI_ENV=local and makes keys of its own. Anything else is production:
every secret must be given, and nothing that exists only for a first look may be switched on.
"""

import base64
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kini.core import malware
from kini.core.keys import read_hash_ring, read_ring, read_signing_key
from kini.core.mail import mailers
from kini.core.syslog import read_address

ROOT = Path(__file__).resolve().parents[3]
#: File in the var folder that holds the addresses of the embedded database while it runs, as variables.
RUNNING = "running"

#: Keys that anybody can read here. They serve tests and a first look, and production refuses them.
FIXED_KEYS = {
    "KINI_SECRET_KEY": "local-secret-key-that-everybody-knows-and-production-refuses",
    "KINI_DATA_KEYS": "local:bG9jYWwtZGF0YS1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_HASH_KEY": "bG9jYWwtaGFzaC1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_SIGNING_KEY": base64.b64encode(Path(__file__).with_name("local-signing-key.pem").read_bytes()).decode(),
}
SECRETS = (*FIXED_KEYS, "DATABASE_URL", "KINI_HOSTS")


class EnvironmentFault(Exception):
    """The program was told something it cannot start with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Map pictures of a server that the operator chose: address with {z}, {x} and {y}, and whom to credit."""

    address: str
    credit: str

    @property
    def origin(self) -> str:
        """Scheme and host, as a content security policy names them."""
        return "/".join(self.address.split("/")[:3]).replace("{s}", "*")


@dataclass(frozen=True, slots=True)
class Environment:
    """One reading of the environment.

    Attributes:
        name: "local" (a first look, tests) or "production".
        data_keys: key ring for data at rest, "id:base64" of 32 bytes each, comma-separated; the first one encrypts.
        hash_key: base64 of 32 bytes or a ring like data_keys; finds encrypted values again (NIK) and seals timelines.
        signing_key: private RSA key in PEM; signs what programs are told about who signed in.
        mail_url: how e-mail leaves, smtp://name:password@host:port or smtps://...; empty: it does not.
        mail_from: the sender's address.
        address: where people find the city, "https://kini.example"; it stands on papers and in their QR codes.
        signing_keys: folder with the keys by which agencies sign letters (docs/operators.md).
        signing_passwords: folder with their passwords, such as systemd's credentials; the current one: beside the keys.
        time_stamps: address of an RFC 3161 time-stamping authority for signatures; empty: none is asked.
        sms: name of the SMS provider that an installed package registered; empty: no SMS is sent.
        tiles: pictures that lie under the maps; None: only the city's own areas are drawn.
        operator_path: where the operator's pages are, "one/or-more-words"; empty: nowhere.
        messages: TOML file that names the providers of SMS and WhatsApp; None: KINI_SMS alone counts.
        payments: TOML file that names the payment providers; None: nothing is paid online.
        register: TOML file that names the register of persons that confirms who somebody is; None: counters alone do.
        wifi: TOML file that names the controllers that let devices in when told to; None: RADIUS alone does.
        directory: TOML file that names the OpenID Connect provider by which officers sign in; None: there is none.
        analytics: Spark cluster that answers questions about closed days of Wi-Fi use; empty: DuckDB in the process.
        owner_database_url: the tables' owner, who migrates; empty: the role of `database_url` does both.
        chain_heads: file to which the head of every sealed block is appended; None: none.
        clamd: virus scanner for uploads, "unix:///run/clamav/clamd.ctl" or "tcp://host:3310"; empty: none.
        syslog: syslog server that gets them, "udp://host:514", "tcp://host:601" or "unix:///dev/log"; empty: none.
        syslog_audit: whether it also gets every audit entry, without personal data.
        security_contact: whom to tell of a weakness, "mailto:..." or "https://..."; empty: no security.txt.
        security_expires: the day on which that contact ends; None: half a year from each day.
        worker: whether phones keep pages and answers while the net is away (the service worker).
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
    tiles: Tiles | None = None
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
    def first_look(self) -> bool:
        """Tell whether anybody who reaches the server gets codes and demo people; no proxy may stand in front then."""
        return not self.production and (self.outbox or self.demo or not self.proxies)


def read(values: Mapping[str, str] | None = None) -> Environment:
    """Read and check the environment.

    Raises:
        EnvironmentFault: when a value cannot be read; in production also when a secret is missing or something
            local is switched on. It names every fault.
    """
    given = dict(os.environ if values is None else values)
    name = given.get("KINI_ENV", "production")
    if name not in ("local", "production"):
        raise EnvironmentFault(f'KINI_ENV is "{name}"; use "local" or "production".')
    if name == "production":
        refuse_unsafe(given)
    else:
        given = FIXED_KEYS | given
        if faults := unreadable(given):
            raise EnvironmentFault("Kini does not start: " + "; ".join(faults) + ".")
    hosts = tuple(given.get("KINI_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(","))
    var = Path(given.get("KINI_VAR", ROOT / "var")).resolve()
    return Environment(
        name=name,
        secret_key=given["KINI_SECRET_KEY"],
        data_keys=given["KINI_DATA_KEYS"],
        hash_key=given["KINI_HASH_KEY"],
        signing_key=read_signing_key(given["KINI_SIGNING_KEY"]),
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
        tiles=read_tiles(given),
        operator_path=read_path(given.get("KINI_OPERATOR_PATH", "")),
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
        security_expires=read_day(given.get("KINI_SECURITY_EXPIRES", "")),
        worker=given.get("KINI_WORKER", "on") != "off",
        log_format=given.get("KINI_LOG", "json" if name == "production" else "text"),
        log_level=given.get("KINI_LOG_LEVEL", "info"),
        values=given,
    )


def signing_folder(given: Mapping[str, str], var: Path) -> Path:
    """Folder of the agencies' keys, outside the city's data except for the made-up keys of a first look."""
    default = "/etc/kini/signing" if given.get("KINI_ENV", "production") == "production" else var / "signing"
    return Path(given.get("KINI_SIGNING_KEYS") or default).resolve()


def misplaced_keys(given: Mapping[str, str]) -> list[str]:
    """Signing keys that somebody who takes the city's folder, or a copy of it, would take along."""
    var = Path(given.get("KINI_VAR") or ROOT / "var").resolve()
    if signing_folder(given, var).is_relative_to(var):
        return ["KINI_SIGNING_KEYS lies inside KINI_VAR; keep the agencies' keys in a folder of their own"]
    return []


def read_tiles(given: Mapping[str, str]) -> Tiles | None:
    """What lies under the maps.

    Raises:
        EnvironmentFault: when the address is none of map pictures, or nobody is credited.
    """
    address, credit = given.get("KINI_TILES", ""), given.get("KINI_TILES_CREDIT", "")
    if not address:
        return None
    if not re.match(r"https?://[\w.{}:-]+/", address) or not all(f"{{{axis}}}" in address for axis in "zxy"):
        raise EnvironmentFault('KINI_TILES must read like "https://tiles.example/{z}/{x}/{y}.png".')
    if not credit:
        raise EnvironmentFault("KINI_TILES_CREDIT is missing: say whose map it is.")
    return Tiles(address, credit)


def read_path(written: str) -> str:
    """An address below this city, without slashes around it.

    Raises:
        EnvironmentFault: when it is none.
    """
    path = written.strip("/")
    if not re.fullmatch(r"([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?", path):
        raise EnvironmentFault('KINI_OPERATOR_PATH must read like "engine-room-7c1e": letters, digits, - and _.')
    return path


def read_contact(written: str) -> str:
    """The address of a contact (RFC 9116, 2.5.3).

    Raises:
        ValueError: when it is none.
    """
    if written and not written.startswith(("mailto:", "https://", "tel:")):
        raise ValueError('must read like "mailto:security@kini.example" or "https://kini.example/security"')
    return written


def read_day(written: str) -> date | None:
    """A day as ISO 8601 writes it, None for none.

    Raises:
        ValueError: when it is no day.
    """
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise ValueError('must read like "2027-06-30"') from None


def refuse_unsafe(given: Mapping[str, str]) -> None:
    """Name everything that keeps production from starting, all at once."""
    faults = [f"{name} is missing" for name in SECRETS if not given.get(name)]
    faults += [f"{name} is the fixed key of a first look" for name, key in FIXED_KEYS.items() if given.get(name) == key]
    faults += [
        f"{name} is switched on and belongs to a first look"
        for name in ("KINI_DEMO", "KINI_OUTBOX")
        if given.get(name, "0") != "0"
    ]
    faults += misplaced_keys(given)
    faults += unreadable({name: value for name, value in given.items() if value})
    if faults:
        raise EnvironmentFault("Kini does not start in production: " + "; ".join(faults) + ". See docs/operators.md.")


def unreadable(given: Mapping[str, str]) -> list[str]:
    """What is given and cannot be read; no secret is repeated in the message."""
    readers: dict[str, Callable[[str], object]] = {
        "KINI_DATA_KEYS": read_ring,
        "KINI_HASH_KEY": read_hash_ring,
        "KINI_SIGNING_KEY": read_signing_key,
        "KINI_MAIL": mailers,
        "KINI_PROXIES": int,
        "KINI_SECURITY_CONTACT": read_contact,
        "KINI_SECURITY_EXPIRES": read_day,
        "KINI_CLAMD": malware.read_address,
        "KINI_SYSLOG": read_address,
    }
    faults = []
    for name, reader in readers.items():
        try:
            if name in given:
                reader(given[name])
        except ValueError as error:
            faults.append(f"{name} {error}")
    return faults
