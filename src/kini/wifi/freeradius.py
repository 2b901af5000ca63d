"""FreeRADIUS 3 from the system's packages, with a configuration of our own in a folder of its own.

It asks one function of the database for each Access-Request. Every NAS is a file in `clients4/` or `clients6/`, read
when a packet comes from its address: new ones need no restart. Files hold secrets: only their owner reads them.
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
from kini.core.database import roles
from kini.core.processes import ProcessFault
from kini.wifi import actions, admission, entrance
from kini.wifi.coa import LIMITS
from kini.wifi.entrance import EntranceFault
from kini.wifi.inventory_diff import secret_of
from kini.wifi.models import AccessPoint

MAIN = files("kini.wifi.radius") / "radiusd.conf"
#: Names of the server in the systems' packages, and where those keep its modules.
PROGRAMS = ("freeradius", "radiusd")
MODULES = ("/usr/lib/freeradius", "/usr/lib64/freeradius")
#: What stands in a query as it is: nothing that ends a text there, and no "=", which begins what is written otherwise.
SAFE = f"{string.ascii_letters}{string.digits}@.-_: /()[]+,;#&!?*~^|<>"
#: For how long FreeRADIUS trusts what it read about a NAS, in seconds.
CLIENT_SECONDS = 60
#: For how long FreeRADIUS remembers that a device was in.
KNOWN_SECONDS = 4 * 3600
#: Of how many devices at least; and how many are at the same time at an access point whose capacity nobody told.
LEAST_KNOWN, CAPACITY = 10_000, 50
#: How long such a device may stay while the database is away, in seconds.
AWAY_SECONDS = 600
#: How often access points say how a session goes on, in seconds.
INTERIM_SECONDS = 300
#: Requests that are worked on at the same time, each with a connection to the database.
THREADS = 8
#: Bytes of packets that wait to be read; systems give less where their settings say so (Linux: net.core.rmem_max).
BUFFER = 8 * 1024 * 1024
#: The file of the database's password, as libpq reads it.
PASSFILE = "pgpass"
#: Folders of NAS with addresses of either sort.
CLIENTS = ("clients4", "clients6")
CLIENT = """client "{mac}" {{
    ipaddr = {address}
    secret = '{secret}'
    require_message_authenticator = yes
}}
"""


#: One of coa.LIMITS, taken from what was the Class of the last answer.
TAKEN = """if (&control:Tmp-String-1 =~ /^kini{before} ([0-9]+)/) {{
                    update reply {{
                        &{name} := "%{{1}}"
                    }}
                }}"""


class _Template(string.Template):
    """A configuration of FreeRADIUS, which has its own use for "$" and for braces."""

    delimiter = "@"


@dataclass(frozen=True, slots=True)
class Written:
    """A configuration on disk: where, and how many NAS it knows."""

    folder: Path
    clients: int


def write(folder: Path, *, host: str, port: int, portal: str, remember: int | None = None) -> Written:
    """Write the configuration anew; files of NAS that are gone go. The database gets a role for FreeRADIUS.

    Args:
        remember: of so many devices FreeRADIUS remembers that they were in; None: as there is room for at once.
        port: for Access-Requests; accounting has the next one.
        portal: address where people sign in; it stands in every refusal.

    Raises:
        EntranceFault: when the program may not make the role, or it could do too much; nothing is written.
    """
    with roles.as_owner():
        actions.let_radius_in(by=system("wifi radius"))
    if problem := entrance.problem():
        raise EntranceFault(
            f"the role {entrance.role()}, by which FreeRADIUS asks the database, {problem}\nHave an administrator of "
            f"the database's server run this, then run ./kini wifi radius again:\n\n{entrance.remedy()}\n"
        )
    for name in ("", *CLIENTS, "detail", "log", "run"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    said = (
        *("%{Tmp-String-0}", "%{Called-Station-Id}", "%{NAS-Identifier}", "%{Packet-Src-IP-Address}"),
        # A NAS that sends no challenge has taken the request's authenticator for it (RFC 2865, 5.3).
        *("%{User-Password}", "%{CHAP-Password}", "%{%{CHAP-Challenge}:-%{Packet-Authentication-Vector}}"),
    )
    main = _Template(MAIN.read_text("utf-8")).substitute(
        folder=folder,
        modules=next((each for each in MODULES if Path(each).is_dir()), MODULES[0]),
        database=_database(folder / PASSFILE),
        decision=admission.decision(),
        answered="\n            ".join(
            f"{'reply' if column in admission.GRANTED else 'control'}:{attribute} := {number}"
            for number, (column, attribute) in enumerate(admission.ATTRIBUTES.items())
        ),
        words=", ".join(f"'{each}'" for each in said),
        safe=SAFE,
        client_seconds=CLIENT_SECONDS,
        mac="[-:. ]?".join(["([0-9a-f]{2})"] * 6),
        known_seconds=KNOWN_SECONDS,
        known_devices=known_devices() if remember is None else remember,
        away_seconds=AWAY_SECONDS,
        interim_seconds=INTERIM_SECONDS,
        limits=" ".join(f"%{{reply:{name}}}" for name in LIMITS),
        taken="\n                ".join(
            TAKEN.format(name=name, before=" [0-9]*" * place) for place, name in enumerate(LIMITS)
        ),
        threads=THREADS,
        buffer=BUFFER,
        host=host,
        port=port,
        accounting=port + 1,
        portal=portal.replace('"', ""),
    )
    _put(folder / PASSFILE, f"*:*:*:*:{entrance.parameters()['password']}\n")
    _put(folder / "radiusd.conf", main)
    return Written(folder, write_clients(folder))


def known_devices() -> int:
    """As many devices as access points have room for at the same time, also of those behind a controller."""
    room = Sum(Coalesce("capacity", CAPACITY))
    found = AccessPoint.objects.filter(active=True, site__active=True).aggregate(room=room)
    return max(LEAST_KNOWN, found["room"] or 0)


def write_clients(folder: Path) -> int:
    """Write the file of every NAS anew, which FreeRADIUS reads within a minute; how many there are."""
    wanted = _clients()
    for address, text in wanted.items():
        _put(folder / CLIENTS[":" in address] / address, text)
    for stale in (path for name in CLIENTS for path in (folder / name).iterdir() if path.name not in wanted):
        stale.unlink()
    return len(wanted)


def command(folder: Path, *more: str) -> Sequence[str]:
    """What starts FreeRADIUS with that configuration, in the foreground.

    Raises:
        ProcessFault: when it is not installed.
    """
    places = f"{os.environ.get('PATH', '')}:/usr/sbin"
    program = next(filter(None, (shutil.which(name, path=places) for name in PROGRAMS)), "")
    if not program:
        raise ProcessFault("FreeRADIUS is missing; install the packages freeradius and freeradius-postgresql.")
    return [program, "-d", str(folder), "-n", "radiusd", *more]


def check(folder: Path) -> str:
    """What FreeRADIUS finds wrong in the configuration; empty when it is good.

    Raises:
        ProcessFault: when it is not installed.
    """
    done = subprocess.run(command(folder, "-C", "-l", "stdout"), capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def _clients() -> dict[str, str]:
    """The file of every NAS by its address."""
    found = AccessPoint.objects.filter(active=True, site__active=True, nas_address__isnull=False)
    return {
        str(point.nas_address): CLIENT.format(
            mac=point.mac,
            address=point.nas_address,
            secret=secret_of(point).decode(),
        )
        for point in found.only("mac", "nas_address", "secret")
    }


def _database(password: Path) -> str:
    """How FreeRADIUS reaches the database: an address of libpq, without any sign that its configuration would read.

    FreeRADIUS logs it whole, so the password is in a file that it names.
    """
    said = {name: value for name, value in entrance.parameters().items() if name != "password"}
    return f"postgresql:///?{urlencode(said | {'passfile': password}, quote_via=quote)}"


def _put(path: Path, text: str) -> None:
    """Write a file that only its owner reads; a reader finds the old one or the new one, never a half."""
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text, "utf-8")
    new.replace(path)
