"""A city with two database roles: prepared by the owner, checked, backed up and restored."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import InsufficientPrivilege

from kini.core.database.embedded import PROGRAM_ROLE
from kini.core.environment import ROOT
from tests.cli.test_backup import elsewhere as elsewhere
from tests.cli.test_backup import here as here

PACK = ROOT / "tests" / "cities" / "vila-serena"
OWNER = "kini_test_owner"


@pytest.fixture
def roles(here: str, elsewhere: str) -> Iterator[dict[str, str]]:
    """URLs of an empty database for an owner without superuser rights, and for the program."""
    own = str(conninfo_to_dict(elsewhere)["dbname"])
    with psycopg.connect(here, autocommit=True) as db:
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PROGRAM_ROLE]).fetchone():
            pytest.skip("the server has no role of the program")
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER)))
        db.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(*map(sql.Identifier, (own, OWNER))))
        where = {"host": db.info.host, "port": db.info.port, "dbname": own}
        yield {
            "DATABASE_URL": make_conninfo(**where, user=PROGRAM_ROLE),
            "KINI_OWNER_DATABASE_URL": make_conninfo(**where, user=OWNER),
        }
        db.execute(sql.SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(sql.Identifier(own)))


def kini(*words: str, roles: dict[str, str], var: Path) -> str:
    env = os.environ | roles | {"KINI_VAR": str(var), "KINI_CITY": str(PACK), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "kini.cli", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_a_city_lives_with_two_roles(roles: dict[str, str], tmp_path: Path) -> None:
    [released] = (ROOT / "tests" / "cli" / "released").glob("0.1.kini")
    assert "No tampering found." in kini("restore", str(released), roles=roles, var=tmp_path)
    kini("prepare", roles=roles, var=tmp_path)
    output = kini("check", "chain", roles=roles, var=tmp_path)
    assert "90 cases checked, 0 tampered with." in output
    assert "audit: 1 blocks, " in output
    kini("backup", str(tmp_path / "city.kini"), roles=roles, var=tmp_path)
    with psycopg.connect(roles["DATABASE_URL"], autocommit=True) as db:
        for statement in ("DELETE FROM people_accesslog", "ALTER TABLE ledger_posting DISABLE TRIGGER ALL"):
            with pytest.raises(InsufficientPrivilege):
                db.execute(statement)
        owners = db.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert owners == [(OWNER,)]
