"""Variables of the environment: those of the program itself, and reading those of all rooms.

`./kini up` on a loopback address sets KINI_ENV=local and uses fixed keys. Everything else is production: all secrets
are required, and demo features are refused.
"""

import base64
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError, ValidationInfo
from pydantic_settings import NoDecode

from kini import rooms
from kini.core import environment_settings, virus_scanner
from kini.core.environment_settings import EnvironmentSettings, InvalidEnvironment, OptionalPath, Variable
from kini.core.key_parsing import parse_hash_keys, parse_key_ring, parse_signing_key
from kini.core.mail_settings import parse_mailers
from kini.core.syslog import parse_address

ROOT: Path = Path(__file__).resolve().parents[3]
#: File in the var folder with the URLs of the embedded database while it runs, as environment variables.
RUNNING_FILE = "running"
LOCAL_HOSTS = "localhost,127.0.0.1,[::1],testserver"

#: Publicly known keys for tests and demos; production refuses them.
PUBLIC_KEYS = {
    "KINI_SECRET_KEY": "local-secret-key-that-everybody-knows-and-production-refuses",
    "KINI_DATA_KEYS": "local:bG9jYWwtZGF0YS1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_HASH_KEY": "bG9jYWwtaGFzaC1rZXktMzItYnl0ZXMtbG9uZy4uLi4=",
    "KINI_SIGNING_KEY": base64.b64encode(Path(__file__).with_name("local-signing-key.pem").read_bytes()).decode(),
}


def _is_production(info: ValidationInfo) -> bool:
    return info.data.get("name") == "production"


def _required(value: str, info: ValidationInfo) -> str:
    """Demand a value in production."""
    if not value and _is_production(info):
        raise ValueError("is missing")
    return value


def _own_key(value: str, info: ValidationInfo) -> str:
    """Demand a key of this city in production; elsewhere use the public one."""
    public = PUBLIC_KEYS[f"KINI_{str(info.field_name).upper()}"]
    if _is_production(info) and value == public:
        raise ValueError("is a publicly known demo key")
    return _required(value, info) or public


def _local_only(value: bool, info: ValidationInfo) -> bool:
    if value and _is_production(info):
        raise ValueError("is on, but is for demos only")
    return value


def _parses(parse: Callable[[str], object]) -> AfterValidator:
    """Check of a text that is parsed where it is used."""

    def check(text: str) -> str:
        if text:
            parse(text)
        return text

    return AfterValidator(check)


def _split(value: object) -> object:
    return tuple(filter(None, value.split(","))) if isinstance(value, str) else value


def _demo_level(*levels: str) -> BeforeValidator:
    """True if KINI_DEMO is one of these."""

    def read(value: object) -> object:
        if value not in ("0", "1", "small", "people", True, False):
            raise ValueError('must be "1", "small", "people" or "0"')
        return value in (*levels, True)

    return BeforeValidator(read)


def _hosts(value: object, info: ValidationInfo) -> object:
    """Host names, comma-separated: demanded in production, elsewhere by default those of this machine."""
    if not value:
        return _split(_required("", info) or LOCAL_HOSTS)
    return _split(value)


def _address(url: str, info: ValidationInfo) -> str:
    return (url or f"https://{next(iter(info.data.get('hosts', ())), '')}").rstrip("/")


def _log_format(form: str, info: ValidationInfo) -> str:
    return form or ("json" if _is_production(info) else "text")


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
OwnKey = Annotated[str, BeforeValidator(_own_key)]


class Environment(EnvironmentSettings):
    """Variables of the program itself.

    Attributes:
        demo_cases: the demo has cases, not only people.
        demo_year: the worker adds the cases of a year.
    """

    name: Literal["local", "production"] = Field(
        "production", alias="KINI_ENV", description="`production` or `local` (set by `./kini up` on loopback)"
    )
    database_url: Annotated[str, AfterValidator(_required)] = Field(
        "",
        alias="DATABASE_URL",
        repr=False,
        description=(
            "libpq address of the database (PostgreSQL 15 or newer), for the application's role, which owns "
            "nothing: `postgresql://kini_program:...@db/kini`"
        ),
    )
    owner_database_url: str = Field(
        "",
        repr=False,
        description="address of the same database for the role that owns its tables; `prepare` and `restore` use it "
        "(see “Database roles”)",
    )
    secret_key: OwnKey = Field("", repr=False, description="signs sessions and forms; 50 random characters")
    data_keys: Annotated[OwnKey, _parses(parse_key_ring)] = Field(
        "",
        repr=False,
        description="key ring for identity numbers and files at rest: `id:base64` of 32 random bytes each, "
        "comma-separated; the first encrypts, all decrypt",
    )
    hash_key: Annotated[OwnKey, _parses(parse_hash_keys)] = Field(
        "",
        repr=False,
        description='base64 of 32 random bytes, or several as "id:base64,id:base64"; finds encrypted numbers again '
        "and chains timelines (“Keys”)",
    )
    signing_key: Annotated[OwnKey, AfterValidator(parse_signing_key)] = Field(
        "",
        repr=False,
        description="base64 of a private RSA key in PEM (`openssl genpkey -algorithm RSA -pkeyopt "
        "rsa_keygen_bits:3072 | base64 -w0`); signs the ID tokens of OAuth clients",
    )
    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        (), description="host names that Kini answers, comma-separated"
    )
    city: Annotated[Path, AfterValidator(Path.resolve)] = Field(
        ROOT / "cities" / "jakarta", description="folder of the city pack (`cities/jakarta`)"
    )
    var: Annotated[Path, AfterValidator(Path.resolve)] = Field(
        ROOT / "var", description="folder for files, and for the database of a demo (`var`)"
    )
    address: Annotated[str, AfterValidator(_address)] = Field(
        "",
        description=(
            "the city's address (`https://kini.example`), printed on letters and in their QR codes. Default: "
            "`https://` and the first of `KINI_HOSTS`"
        ),
    )
    plugins: Names = Field((), description="Python packages with further rooms, comma-separated")
    mail_url: Annotated[str, _parses(parse_mailers)] = Field(
        "",
        alias="KINI_MAIL",
        repr=False,
        description="mail server (`smtp://user:password@host:587`, `smtps://...`); without it no e-mail is sent",
    )
    mail_from: str = Field("", description="sender's address of e-mail")
    sms: str = Field(
        "",
        description=(
            "name of an SMS provider of a plug-in; default: the one of `KINI_MESSAGES`; without any, codes are "
            "sent by e-mail only"
        ),
    )
    proxies: int = Field(
        0,
        ge=0,
        description=(
            "number of your own proxies in front of Kini (see “Proxy”); without it all visitors behind "
            "one share its limits"
        ),
    )
    fast_path: bool = Field(
        True,
        description=(
            "`off`: no pipelining, no prepared statements, no page cache. Everything works as before, more "
            "slowly; use it to find out whether an error is caused by one of them"
        ),
    )
    log_format: Annotated[str, AfterValidator(_log_format)] = Field(
        "", alias="KINI_LOG", description="`json` (in production) or `text`"
    )
    log_level: str = Field("info", description="`info`, `warning` or `error`")
    chain_heads: OptionalPath = Field(
        None,
        description=(
            "file outside the database to which the head of every sealed block is appended (see “Tamper evidence”)"
        ),
    )
    clamd: Annotated[str, _parses(virus_scanner.parse_address)] = Field(
        "",
        description="virus scanner for uploads, ClamAV's clamd: `unix:///run/clamav/clamd.ctl` or "
        "`tcp://10.0.0.5:3310`; without it uploads are not scanned",
    )
    syslog: Annotated[str, _parses(parse_address)] = Field(
        "",
        description="syslog server that receives the heads: `udp://host:514`, `tcp://host:601` or `unix:///dev/log`",
    )
    syslog_audit: bool = Field(False, description="`on`: it also receives every audit entry, without names and details")
    demo: Annotated[bool, _demo_level("1", "small", "people"), AfterValidator(_local_only)] = Field(
        False,
        description="`1`: people and a year of cases of a demo; `small`: people and some cases; `people`: only people; "
        "production refuses it",
    )
    demo_cases: Annotated[bool, _demo_level("1", "small")] = Field(False, alias="KINI_DEMO")
    demo_year: Annotated[bool, _demo_level("1")] = Field(False, alias="KINI_DEMO")
    outbox: Annotated[bool, AfterValidator(_local_only)] = Field(
        False, description="`1`: messages are shown at `/outbox/` and not sent; production refuses it"
    )
    _rooms: dict[type[EnvironmentSettings], Any] = PrivateAttr(default_factory=dict)

    @property
    def production(self) -> bool:
        return self.name == "production"

    @property
    def demo_mode(self) -> bool:
        """True if every visitor can read sign-in codes and use demo accounts; proxies are refused then."""
        return not self.production and (self.outbox or self.demo or not self.proxies)

    def of[S: EnvironmentSettings](self, settings_class: type[S]) -> S:
        """Variables of a room."""
        own: S = self._rooms[settings_class]
        return own


def classes(packages: Iterable[str]) -> list[type[EnvironmentSettings]]:
    """Classes of variables in the `environment.py` of each package, in their order.

    Raises:
        InvalidEnvironment: when a plug-in cannot be found.
    """
    try:
        modules = list(rooms.modules("environment", packages))
    except ModuleNotFoundError as error:
        raise InvalidEnvironment(f"KINI_PLUGINS cannot be used: {error}.") from None
    order = {module.__name__: number for number, module in enumerate(modules)}
    own = [each for each in EnvironmentSettings.__subclasses__() if each.__module__ in order]
    return sorted(own, key=lambda each: order[each.__module__])


def variables() -> list[Variable]:
    """All variables that the rooms and the plug-ins of the environment declare."""
    plugins = filter(None, os.environ.get("KINI_PLUGINS", "").split(","))
    return list(environment_settings.declared(classes([*rooms.ROOMS, *plugins])))


def read() -> Environment:
    """Read and check the process's environment.

    Raises:
        InvalidEnvironment: with every error of every room: invalid values; in production also missing secrets and demo
            features.
    """
    name = os.environ.get("KINI_ENV") or "production"
    if name not in ("local", "production"):
        raise InvalidEnvironment(f'KINI_ENV is "{name}"; use "local" or "production".')
    faults: list[str] = []
    program = _read(Environment, faults)
    plugins = program.plugins if program else ()
    own = {each: _read(each, faults) for each in classes([*rooms.ROOMS, *plugins]) if each is not Environment}
    if program:
        faults += [fault for each in own.values() if each for fault in each.conflicts(program)]
    if faults or program is None:
        text = "; ".join(dict.fromkeys(faults))
        if name == "production":
            raise InvalidEnvironment(f"Kini cannot start in production: {text}. See docs/operators.md.")
        raise InvalidEnvironment(f"Kini cannot start: {text}.")
    program._rooms = own
    return program


def _read[S: EnvironmentSettings](settings_class: type[S], faults: list[str]) -> S | None:
    try:
        return settings_class()
    except ValidationError as invalid:
        faults += environment_settings.faults(invalid, settings_class)
        return None
