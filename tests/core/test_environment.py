"""Production requires all secrets, refuses demo features, and reports every error at once."""

import base64
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kini.cli import up
from kini.core import command_line, environment
from kini.core.environment import PUBLIC_KEYS, InvalidEnvironment
from kini.operator.environment import OperatorEnvironment
from tests.environment import read


def signing_key(bits: int) -> str:
    """A new private key in the format of the environment."""
    key = rsa.generate_private_key(65537, bits)
    return base64.b64encode(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())).decode()


KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "KINI_ENV": "production",
    "KINI_SECRET_KEY": "a-long-secret-of-this-city-alone",
    "KINI_DATA_KEYS": f"2026:{KEY}",
    "KINI_HASH_KEY": KEY,
    "KINI_SIGNING_KEY": signing_key(2048),
    "DATABASE_URL": "postgresql://kini@db/kini",
    "KINI_HOSTS": "kini.example",
}


def test_production_starts_when_all_is_given() -> None:
    values = read(GOOD)
    assert values.production
    assert values.hosts == ("kini.example",)
    assert not values.outbox
    assert not values.demo
    assert values.log_format == "json"


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"KINI_ENV"}))
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_is_named(name: str, value: str | None) -> None:
    variables = {key: text for key, text in GOOD.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(InvalidEnvironment, match=f"production: {name} is missing"):
        read(variables)


@pytest.mark.parametrize("name", sorted(PUBLIC_KEYS))
def test_a_key_that_everybody_knows_is_refused(name: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"{name} is a publicly known demo key"):
        read(GOOD | {name: PUBLIC_KEYS[name]})


def test_a_ring_of_hash_keys_is_accepted_and_read_whole() -> None:
    new = base64.b64encode(b"n" * 32).decode()
    read(GOOD | {"KINI_HASH_KEY": f"new:{new},old:{KEY}"})
    for wrong in (f"new:{new},{KEY}", f"new:{new},old:c2hvcnQ="):
        with pytest.raises(InvalidEnvironment, match="KINI_HASH_KEY"):
            read(GOOD | {"KINI_HASH_KEY": wrong})


@pytest.mark.parametrize("inside", ["", "/signing", "/a/b"])
def test_signing_keys_inside_the_city_s_folder_are_refused(tmp_path: Path, inside: str) -> None:
    """H8: a copy of the folder would include the keys and could sign letters as the city."""
    var = {"KINI_VAR": str(tmp_path / "var")}
    with pytest.raises(InvalidEnvironment, match="KINI_SIGNING_KEYS is inside KINI_VAR"):
        read(GOOD | var | {"KINI_SIGNING_KEYS": f"{tmp_path}/var{inside}"})
    read(GOOD | var | {"KINI_SIGNING_KEYS": str(tmp_path / "keys")})
    read(GOOD | var)  # /etc/kini/signing


def test_a_short_signing_key_is_refused() -> None:
    with pytest.raises(InvalidEnvironment, match="KINI_SIGNING_KEY is no RSA key of at least 2048 bits"):
        read(GOOD | {"KINI_SIGNING_KEY": signing_key(1024)})


@pytest.mark.parametrize("name", ["KINI_DEMO", "KINI_OUTBOX"])
def test_what_belongs_to_a_first_look_is_refused(name: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"{name} is on"):
        read(GOOD | {name: "1"})
    read(GOOD | {name: "0"})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("KINI_DATA_KEYS", KEY, 'not written as "id:base64"'),
        ("KINI_DATA_KEYS", f"a:{KEY},a:{KEY}", 'names the key "a" twice'),
        ("KINI_DATA_KEYS", f"a:{KEY},b:c2hvcnQ=", 'key "b" holds 5 bytes instead of 32'),
        ("KINI_DATA_KEYS", "a:###", 'key "a" is not base64'),
        ("KINI_HASH_KEY", "c2hvcnQ=", "holds 5 bytes instead of 32"),
        ("KINI_SIGNING_KEY", KEY, "is not base64 of a private key in PEM"),
        ("KINI_MAIL", "mail.example", "is not written as smtp://"),
    ],
)
@pytest.mark.parametrize("env", ["production", "local"])
def test_a_value_that_cannot_be_read_is_named_and_not_shown(env: str, name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"{name} .*{words}") as caught:
        read(GOOD | {"KINI_ENV": env, name: value})
    assert value not in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        read({"KINI_ENV": "production", "KINI_OUTBOX": "1", "KINI_HASH_KEY": "short"})
    for words in ("KINI_SECRET_KEY is missing", "DATABASE_URL is missing", "KINI_OUTBOX is on", "KINI_HASH_KEY"):
        assert words in str(caught.value)


def test_nothing_said_means_production() -> None:
    with pytest.raises(InvalidEnvironment, match="cannot start in production"):
        read({})
    with pytest.raises(InvalidEnvironment, match='KINI_ENV is "prod"'):
        read({"KINI_ENV": "prod"})


def test_a_first_look_brings_its_own_keys(tmp_path: Path) -> None:
    values = read({"KINI_ENV": "local", "KINI_VAR": str(tmp_path), "KINI_OUTBOX": "1"})
    assert not values.production
    assert values.outbox
    assert values.var == tmp_path
    assert "testserver" in values.hosts


def test_secrets_do_not_stand_in_what_is_printed() -> None:
    assert KEY not in repr(read(GOOD))


def test_the_operators_pages_are_nowhere_unless_an_address_is_given() -> None:
    assert read(GOOD).of(OperatorEnvironment).operator_path == ""
    own = read(GOOD | {"KINI_OPERATOR_PATH": "/engine-room/7c1e/"}).of(OperatorEnvironment)
    assert own.operator_path == "engine-room/7c1e"
    with pytest.raises(InvalidEnvironment, match="KINI_OPERATOR_PATH must read like"):
        read(GOOD | {"KINI_OPERATOR_PATH": "engine room<"})


def test_a_command_takes_the_environment_of_a_running_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "KINI_OWNER_DATABASE_URL", "KINI_OUTBOX", "KINI_DEMO"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("KINI_ENV", "local")
    monkeypatch.setenv("KINI_VAR", str(tmp_path))
    monkeypatch.setenv("KINI_DEMO", "0")
    variables = {"KINI_OUTBOX": "1", "KINI_DEMO": "1", "DATABASE_URL": "postgresql://127.0.0.1/kini"}
    with ExitStack() as stack:
        up.write_running_file(tmp_path / environment.RUNNING_FILE, variables, stack)
        command_line.attach_city(stack)
    assert {os.environ[name] for name in ("DATABASE_URL", "KINI_OUTBOX")} == {"postgresql://127.0.0.1/kini", "1"}
    assert os.environ["KINI_DEMO"] == "0", "what was set for the command itself comes first"
    assert not (tmp_path / environment.RUNNING_FILE).exists()
