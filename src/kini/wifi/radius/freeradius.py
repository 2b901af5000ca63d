"""Configuration and command of FreeRADIUS 3, as installed from the system's packages.

It calls one database function for each Access-Request. Every NAS is a file in `clients4/` or `clients6/`, read when a
packet comes from its address, so new ones need no restart. Files contain secrets: only their owner may read them.
"""

import os
import shutil
import string
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db.models import Sum
from django.db.models.functions import Coalesce

from kini.core.actors import system
from kini.core.database import database_roles
from kini.core.process_supervisor import ProcessError
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.inventory.radius_secrets import secret_of
from kini.wifi.radius import actions, authorization, database_role
from kini.wifi.radius.coa import LIMITS
from kini.wifi.radius.database_role import DatabaseRoleError

CONFIG_TEMPLATE = files("kini.wifi.radius") / "radiusd.conf"
#: Names of the server in packages of systems, and the folders of its modules.
PROGRAMS = ("freeradius", "radiusd")
MODULES = ("/usr/lib/freeradius", "/usr/lib64/freeradius")
#: Characters that FreeRADIUS puts into a query unescaped: none that ends a string, and not its escape character "=".
SAFE = f"{string.ascii_letters}{string.digits}@.-_: /()[]+,;#&!?*~^|<>"
#: Seconds for which FreeRADIUS caches a NAS.
CLIENT_SECONDS = 60
#: Seconds for which FreeRADIUS remembers an admitted device.
KNOWN_SECONDS = 4 * 3600
#: Lower bound of the devices it remembers, and assumed capacity of an access point without one.
LEAST_KNOWN, CAPACITY = 10_000, 50
#: Session-Timeout of a remembered device while the database is down, in seconds.
AWAY_SECONDS = 600
#: Acct-Interim-Interval, in seconds.
INTERIM_SECONDS = 300
#: Worker threads, each with a database connection.
THREADS = 8
#: Receive buffer in bytes; the system may grant less (Linux: net.core.rmem_max).
BUFFER = 8 * 1024 * 1024
#: Password file for libpq.
PASSFILE = "pgpass"
#: Folders of NAS with IPv4 and IPv6 addresses.
CLIENTS = ("clients4", "clients6")
CLIENT = """client "{mac}" {{
    ipaddr = {address}
    secret = '{secret}'
    require_message_authenticator = yes
}}
"""


#: Restores one of coa.LIMITS from the Class of the last Access-Accept.
RESTORE_LIMIT = """if (&control:Tmp-String-1 =~ /^kini{before} ([0-9]+)/) {{
                    update reply {{
                        &{name} := "%{{1}}"
                    }}
                }}"""


class _Template(string.Template):
    """Template of FreeRADIUS's configuration, in which "$" and braces have their own meaning."""

    delimiter = "@"


@dataclass(frozen=True, slots=True)
class WrittenConfig:
    """A configuration on disk: its folder, and its number of NAS."""

    folder: Path
    clients: int


def write_config(folder: Path, *, host: str, port: int, portal: str, remember: int | None = None) -> WrittenConfig:
    """Write the configuration, delete files of removed NAS, and grant the database role.

    Args:
        remember: number of admitted devices that FreeRADIUS remembers; None: the capacity of the network.
        port: for Access-Requests; accounting uses the next one.
        portal: URL of the portal, sent in every Access-Reject.

    Raises:
        DatabaseRoleError: if Kini may not create the role, or the role has too many privileges; nothing is written.
    """
    with database_roles.as_owner():
        actions.grant_radius_access(by=system("wifi radius"))
    if problem := database_role.find_problem():
        raise DatabaseRoleError(
            f"FreeRADIUS's database role {database_role.role_name()} {problem}.\nHave a database administrator "
            f"run this, then repeat ./kini wifi radius:\n\n{database_role.administrator_sql()}\n"
        )
    for name in ("", *CLIENTS, "detail", "log", "run"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    values = (
        *("%{Tmp-String-0}", "%{Called-Station-Id}", "%{NAS-Identifier}", "%{Packet-Src-IP-Address}"),
        # Without a CHAP-Challenge the request's authenticator is the challenge (RFC 2865, 5.3).
        *("%{User-Password}", "%{CHAP-Password}", "%{%{CHAP-Challenge}:-%{Packet-Authentication-Vector}}"),
    )
    main = _Template(CONFIG_TEMPLATE.read_text("utf-8")).substitute(
        folder=folder,
        modules=next((each for each in MODULES if Path(each).is_dir()), MODULES[0]),
        database=_database(folder / PASSFILE),
        decision=authorization.decision_sql(),
        answered="\n            ".join(
            f"{'reply' if column in authorization.GRANTED else 'control'}:{attribute} := {number}"
            for number, (column, attribute) in enumerate(authorization.ATTRIBUTES.items())
        ),
        words=", ".join(f"'{each}'" for each in values),
        safe=SAFE,
        client_seconds=CLIENT_SECONDS,
        mac="[-:. ]?".join(["([0-9a-f]{2})"] * 6),
        known_seconds=KNOWN_SECONDS,
        known_devices=known_devices() if remember is None else remember,
        away_seconds=AWAY_SECONDS,
        interim_seconds=INTERIM_SECONDS,
        limits=" ".join(f"%{{reply:{name}}}" for name in LIMITS),
        taken="\n                ".join(
            RESTORE_LIMIT.format(name=name, before=" [0-9]*" * place) for place, name in enumerate(LIMITS)
        ),
        threads=THREADS,
        buffer=BUFFER,
        host=host,
        port=port,
        accounting=port + 1,
        portal=portal.replace('"', ""),
    )
    _put(folder / PASSFILE, f"*:*:*:*:{database_role.connection_parameters()['password']}\n")
    _put(folder / "radiusd.conf", main)
    return WrittenConfig(folder, write_clients(folder))


def known_devices() -> int:
    """Return the number of devices that all access points can serve at once, including those behind controllers."""
    capacity = Sum(Coalesce("capacity", CAPACITY))
    total = AccessPoint.objects.filter(active=True, site__active=True).aggregate(room=capacity)
    return max(LEAST_KNOWN, total["room"] or 0)


def write_clients(folder: Path) -> int:
    """Write the file of every NAS, which FreeRADIUS reads within a minute; return their number."""
    clients = _clients()
    for address, text in clients.items():
        _put(folder / CLIENTS[":" in address] / address, text)
    for stale in (path for name in CLIENTS for path in (folder / name).iterdir() if path.name not in clients):
        stale.unlink()
    return len(clients)


def server_command(folder: Path, *more: str) -> Sequence[str]:
    """Return the command that runs FreeRADIUS with that configuration in the foreground.

    Raises:
        ProcessError: if it is not installed.
    """
    places = f"{os.environ.get('PATH', '')}:/usr/sbin"
    program = next(filter(None, (shutil.which(name, path=places) for name in PROGRAMS)), "")
    if not program:
        raise ProcessError("FreeRADIUS is missing; install the packages freeradius and freeradius-postgresql.")
    return [program, "-d", str(folder), "-n", "radiusd", *more]


def check_config(folder: Path) -> str:
    """Return the errors that FreeRADIUS reports for the configuration; empty if it is valid.

    Raises:
        ProcessError: when it is not installed.
    """
    done = subprocess.run(server_command(folder, "-C", "-l", "stdout"), capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def _clients() -> dict[str, str]:
    """Client configuration of every NAS, by address."""
    points = AccessPoint.objects.filter(active=True, site__active=True, nas_address__isnull=False)
    return {
        str(point.nas_address): CLIENT.format(
            mac=point.mac,
            address=point.nas_address,
            secret=secret_of(point).decode(),
        )
        for point in points.only("mac", "nas_address", "secret")
    }


def _database(password: Path) -> str:
    """Return the libpq URI, without characters that FreeRADIUS's parser would interpret.

    FreeRADIUS logs the URI, so the password is in a file.
    """
    parameters = {name: value for name, value in database_role.connection_parameters().items() if name != "password"}
    return f"postgresql:///?{urlencode(parameters | {'passfile': password}, quote_via=quote)}"


def _put(path: Path, text: str) -> None:
    """Write a file for its owner only, atomically."""
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text, "utf-8")
    new.replace(path)
