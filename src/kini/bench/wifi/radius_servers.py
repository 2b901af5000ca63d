"""FreeRADIUS as configured by Kini, and a stock one with rlm_sql on the same PostgreSQL."""

import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg

from kini.bench.load_generator import NotMeasured
from kini.bench.wifi.packets import Nas
from kini.core.process_supervisor import ProcessError, spawn_command
from kini.robot.scratch import ScratchCity
from kini.wifi.public import freeradius

READY = b"Ready to process requests"
#: Folders of FreeRADIUS's own PostgreSQL schema and queries.
STOCK = ("/etc/freeradius/3.0", "/etc/raddb")
QUERIES = Path("mods-config/sql/main/postgresql")
PORTAL = "https://wifi.bench.example/"
#: Threads and connections to the database.
POOL = 16
CONFIGURATION = """
prefix = /usr
name = stock
confdir = "{folder}"
logdir = "{folder}"
run_dir = "{folder}"
libdir = {modules}
pidfile = "{folder}/radiusd.pid"
max_requests = 65536
log {{
    destination = files
    file = "{folder}/radius.log"
}}
thread pool {{
    start_servers = {pool}
    max_servers = {pool}
    min_spare_servers = {pool}
    max_spare_servers = {pool}
    max_requests_per_server = 0
}}
{clients}
modules {{
    expr {{
    }}
    pap {{
    }}
    sql {{
        driver = "rlm_sql_postgresql"
        dialect = "postgresql"
        radius_db = "{database}"
        acct_table1 = "radacct"
        acct_table2 = "radacct"
        postauth_table = "radpostauth"
        authcheck_table = "radcheck"
        groupcheck_table = "radgroupcheck"
        authreply_table = "radreply"
        groupreply_table = "radgroupreply"
        usergroup_table = "radusergroup"
        client_table = "nas"
        group_attribute = "SQL-Group"
        pool {{
            start = {pool}
            min = {pool}
            max = {pool}
            spare = {pool}
            uses = 0
            retry_delay = 30
            lifetime = 0
            idle_timeout = 0
        }}
        $INCLUDE {queries}/queries.conf
    }}
}}
server stock {{
    listen {{
        type = auth
        ipaddr = 127.0.0.1
        port = {port}
    }}
    authorize {{
        sql
        pap
    }}
    authenticate {{
        pap
    }}
}}
"""
#: Reply attributes of the portal's group.
REPLIES = {
    "Session-Timeout": "28800",
    "Idle-Timeout": "900",
    "Acct-Interim-Interval": "300",
    "WISPr-Bandwidth-Max-Down": "5000000",
    "WISPr-Bandwidth-Max-Up": "2000000",
}
_USERS = (
    r"""
    INSERT INTO radcheck (username, attribute, op, value) SELECT mac, 'Cleartext-Password', ':=', mac FROM (
        SELECT regexp_replace('06' || lpad(upper(to_hex(number)), 10, '0'), '(..)(?!$)', '\1-', 'g') AS mac
        FROM generate_series(0, %s - 1) AS number
    ) AS users
    """,
    "INSERT INTO radusergroup (username, groupname, priority) SELECT username, 'resident', 1 FROM radcheck",
)


def free_port() -> int:
    """Free UDP port on loopback whose successor is also free."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def start_kini(scratch: ScratchCity, stack: ExitStack, folder: Path) -> int:
    """Start FreeRADIUS like `./kini wifi radius --run`; return its port, the next one is for accounting.

    Raises:
        NotMeasured: FreeRADIUS does not start.
    """
    port = free_port()
    freeradius.write_config(folder, host="127.0.0.1", port=port, portal=PORTAL)
    if fault := freeradius.check_config(folder):
        raise NotMeasured(f"FreeRADIUS does not take the configuration: {fault[-500:]}")
    _start(scratch, stack, "radius", folder)
    return port


def start_stock(scratch: ScratchCity, stack: ExitStack, folder: Path, points: Sequence[Nas], devices: int) -> int:
    """Start a FreeRADIUS with rlm_sql, its own schema and queries, each device a user with a password and a group.

    Raises:
        NotMeasured: when the package with its queries is not there.
    """
    queries = next((path for each in STOCK if (path := Path(each) / QUERIES).is_dir()), None)
    if queries is None:
        raise NotMeasured("FreeRADIUS's own queries are missing; install the package freeradius-postgresql.")
    _fill(scratch.database.create_database("stock"), (queries / "schema.sql").read_text("utf-8"), devices)
    folder.mkdir(mode=0o700)
    port = free_port()
    clients = [
        f"client n{number} {{\n    ipaddr = {nas.address}\n    secret = '{nas.secret.decode()}'\n}}\n"
        for number, nas in enumerate(points)
    ]
    text = CONFIGURATION.format(
        folder=folder,
        modules=next((each for each in freeradius.MODULES if Path(each).is_dir()), freeradius.MODULES[0]),
        clients="".join(clients),
        database=scratch.database.url("stock"),
        pool=POOL,
        queries=queries,
        port=port,
    )
    (folder / "radiusd.conf").write_text(text, "utf-8")
    _start(scratch, stack, "stock radius", folder)
    return port


def _fill(url: str, schema: str, devices: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(schema)
        connection.execute(_USERS[0], [devices])
        connection.execute(_USERS[1])
        for attribute, value in REPLIES.items():
            connection.execute(
                "INSERT INTO radgroupreply (groupname, attribute, op, value) VALUES ('resident', %s, ':=', %s)",
                [attribute, value],
            )
        connection.execute("VACUUM ANALYZE")


def _start(scratch: ScratchCity, stack: ExitStack, name: str, folder: Path) -> None:
    path = folder / "said"
    log = stack.enter_context(path.open("wb"))
    scratch.supervisor.start(
        name, spawn_command(list(freeradius.server_command(folder, "-f", "-l", "stdout")), scratch.env, log)
    )
    try:
        scratch.supervisor.wait_until(lambda: READY in path.read_bytes(), seconds=60)
    except ProcessError as fault:
        raise ProcessError(f"{fault}\n{path.read_text('utf-8', 'replace')[-2000:]}") from None
