"""Schemas of wifi.yaml, of a list's rows, and of column mappings."""

import re
from collections.abc import Sequence
from datetime import date, time
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kini.city.schema import WEEKDAYS, Code, Id, Latitude, Longitude, StrictModel, Week
from kini.core.localized_text import Text
from kini.services.schema import Name
from kini.wifi import rules
from kini.wifi.models import CODE
from kini.wifi.planning.schema import PlanEntry

#: A secret without characters that need escaping in FreeRADIUS's configuration; at least 16 octets (RFC 2865).
SECRET = re.compile(r"[!#-&(-\[\]-~]{16,128}")

#: Login URL of an access point: scheme, host, port, and a path if it is not the vendor's default.
LOGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")

#: The end of a day, for comparing.
END = time.max


class Hours(Week):
    """Opening hours of a site; a span that ends at 00:00 ends at midnight."""

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        for day in WEEKDAYS:
            edges = [
                edge for opens, closes in getattr(self, day) for edge in (opens, closes if closes > time(0) else END)
            ]
            if edges != sorted(set(edges)):
                raise ValueError(f"{day}: write spans in order, none over midnight (end one at 00:00, begin one there)")
        return self


class SiteKind(StrictModel):
    """A kind of site and its opening hours; without hours it is always open."""

    name: Text
    hours: Hours | None = None
    share: Annotated[int, Field(ge=0, description="Relative share of sample points.")] = 0


class Scheme(StrictModel):
    """Funding scheme of a site."""

    name: Text
    share: Annotated[int, Field(ge=0, description="Relative share of sample points.")] = 0


class GroupEntry(StrictModel):
    """Limits of a user group; a missing value means no limit.

    Attributes:
        sheets: officers may print vouchers for it.
        devices_at_once: concurrent devices of one person or one voucher.
    """

    name: Text
    sheets: bool = False
    session_minutes: Annotated[int, Field(gt=0, le=44_640)] | None = None
    idle_minutes: Annotated[int, Field(gt=0, le=1_440)] | None = None
    down_kbps: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    up_kbps: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    daily_minutes: Annotated[int, Field(gt=0, le=1_440)] | None = None
    daily_megabytes: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    devices_at_once: Annotated[int, Field(gt=0, le=1_000)] | None = None


class SessionEntry(StrictModel):
    """Dated rule for sessions, valid until the next entry.

    Attributes:
        silent_minutes: silence after which a session counts as ended; access points report every five minutes.
        closing_hours: hours after midnight at which a day is closed.
        keep_days: days for which a session keeps its device and its person.
    """

    since: date
    silent_minutes: Annotated[int, Field(ge=10, le=1_440)] = 20
    closing_hours: Annotated[int, Field(ge=1, le=72)] = 12
    keep_days: Annotated[int, Field(ge=21, le=1_830)] = 30


class HealthEntry(StrictModel):
    """Dated rule for the states of access points, valid until the next entry.

    Attributes:
        heard_minutes: time after the last sign of life for which it is up; access points report every five minutes.
        down_minutes: time after which it is down if it sends heartbeats; `beats_days`: days after its last heartbeat
            for which it counts as sending them.
        quiet_hours: time after which it is down if it sends none, since it may just have no visitors. For both only
            opening hours count.
        busy_percent: share of its capacity from which it is busy.
    """

    since: date
    heard_minutes: Annotated[int, Field(ge=6, le=1_440)] = 15
    down_minutes: Annotated[int, Field(ge=6, le=10_080)] = 30
    beats_days: Annotated[int, Field(ge=1, le=366)] = 30
    quiet_hours: Annotated[int, Field(ge=1, le=720)] = 24
    busy_percent: Annotated[int, Field(ge=1, le=100)] = 80


class FaultService(StrictModel):
    """Service for reporting a fault at a site.

    Attributes:
        site, where: its questions for the site code and the place.
        known: prefilled answers on the way from a site's page, by question.
    """

    service: Id
    site: Name
    where: Name
    known: dict[Name, str] = {}


class SiteRequestService(StrictModel):
    """Service for requesting a new site; `known` as in FaultService."""

    service: Id
    known: dict[Name, str] = {}


class Link(StrictModel):
    """A link for people who have just come online."""

    name: Text
    address: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(/[^\s\"<>]*)?$", max_length=200)]


class PortalEntry(StrictModel):
    """Configuration of the portal.

    Attributes:
        group: group of people who sign in with a phone number.
        days: days for which their devices are admitted without signing in again.
        terms: terms of use, one paragraph each.
        links: shown once the visitor is online.
    """

    group: Id
    days: Annotated[int, Field(ge=1, le=366)] = 30
    terms: Annotated[list[Text], Field(min_length=1)]
    links: list[Link] = []


class WifiFile(StrictModel):
    """Schema of wifi.yaml.

    Attributes:
        find: information service whose page links to the list of sites.
        agency: agency that monitors the network; `providers`: another agency for a provider's sites.
        made_up_name: name of a sample site; "{area}" is replaced by the area's name.
    """

    name: Text = Field(description="The city's name for its Wi-Fi.")
    kinds: Annotated[dict[Id, SiteKind], Field(min_length=1)]
    schemes: dict[Id, Scheme] = {}
    groups: dict[Id, GroupEntry] = {}
    sessions: list[SessionEntry] = []
    plans: list[PlanEntry] = []
    health: list[HealthEntry] = []
    agency: Id | None = None
    providers: dict[Annotated[str, Field(max_length=80)], Id] = {}
    portal: PortalEntry | None = None
    find: Id | None = None
    fault: FaultService | None = None
    wish: SiteRequestService | None = None
    made_up_name: Annotated[str, Field(max_length=80)] = "{area}"

    @model_validator(mode="after")
    def _in_order(self) -> "WifiFile":
        dated: dict[str, Sequence[SessionEntry | PlanEntry | HealthEntry]] = {
            "sessions": self.sessions,
            "plans": self.plans,
            "health": self.health,
        }
        for name, entries in dated.items():
            days = [entry.since for entry in entries]
            if days != sorted(set(days)):
                raise ValueError(f"{name}: write entries by their days, the oldest first, one for each day")
        return self

    @model_validator(mode="after")
    def _plans_of_known_kinds(self) -> "WifiFile":
        unknown = sorted({kind for entry in self.plans for kind in entry.candidates.values()} - set(self.kinds))
        if unknown:
            raise ValueError(f'plans: there is no kind "{unknown[0]}"; name one of kinds')
        return self

    @model_validator(mode="after")
    def _portal_group(self) -> "WifiFile":
        if self.portal and self.portal.group not in self.groups:
            raise ValueError(f'portal: there is no group "{self.portal.group}"; name one of groups')
        return self


class CountRow(StrictModel):
    """Row of wifi-points.csv: number of points in an area."""

    area: Code
    points: Annotated[int, Field(ge=0)]
    source: Annotated[str, Field(min_length=1)]


def _mac(value: str) -> str:
    return rules.normalize_mac(value) if value else ""


def _address(value: str | None) -> str | None:
    try:
        return str(ip_address(value)) if value else None
    except ValueError:
        raise ValueError(f'"{value}" is no IP address; write one such as 10.1.2.3') from None


def _login(value: str) -> str:
    if value and not LOGIN.fullmatch(value):
        raise ValueError('write an address such as "http://10.1.0.1:3990"')
    return value


def _port(value: Any) -> Any:
    return _number_or_none(value) or 3799


def _secret(value: str) -> str:
    if value and not SECRET.fullmatch(value):
        raise ValueError("write 16 to 128 letters, digits and signs, without blanks, quotes and backslashes")
    return value


def _active(value: Any) -> Any:
    found = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if str(value).strip().lower() not in found:
        raise ValueError('write "yes" or "no"')
    return found[str(value).strip().lower()]


def _number_or_none(value: Any) -> Any:
    return None if value == "" else value


class PointRow(StrictModel):
    """Row of a list: a site, and the access point there if `mac` is given; several rows may name one site. `hours`:
    spans by weekday, empty for those of the kind.
    """

    site: Annotated[str, Field(pattern=CODE, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    kind: Id
    scheme: str = ""
    provider: Annotated[str, Field(max_length=80)] = ""
    latitude: Latitude
    longitude: Longitude
    area: Annotated[str, Field(max_length=20)] = ""
    address: Annotated[str, Field(max_length=240)] = ""
    hours: Hours | None = None
    active: Annotated[bool, BeforeValidator(_active)] = True
    mac: Annotated[str, AfterValidator(_mac)] = ""
    nas_address: Annotated[Annotated[str, Field(max_length=45)] | None, AfterValidator(_address)] = None
    nas_identifier: Annotated[str, Field(max_length=253)] = ""
    called_station_id: Annotated[str, Field(max_length=253)] = ""
    login_address: Annotated[Annotated[str, Field(max_length=120)], AfterValidator(_login)] = ""
    coa_port: Annotated[int, BeforeValidator(_port), Field(ge=1, le=65_535)] = 3799
    vendor: Annotated[str, Field(max_length=60)] = ""
    model: Annotated[str, Field(max_length=60)] = ""
    secret: Annotated[str, AfterValidator(_secret), Field(repr=False)] = ""
    capacity: Annotated[Annotated[int, Field(gt=0, le=100_000)] | None, BeforeValidator(_number_or_none)] = None

    @model_validator(mode="before")
    @classmethod
    def _week(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Combine the columns monday ... sunday into `hours`."""
        days = {day: rules.split_spans(data.pop(day)) for day in WEEKDAYS if day in data}
        return data | {"hours": days} if any(days.values()) else data

    @model_validator(mode="after")
    def _of_an_access_point(self) -> "PointRow":
        named = (
            self.nas_address,
            self.nas_identifier,
            self.called_station_id,
            self.login_address,
            self.vendor,
            self.model,
            self.secret,
            self.capacity,
        )
        if any(named) and not self.mac:
            raise ValueError("what it says of an access point needs its mac")
        return self


#: Names of columns; a list with other names needs a mapping.
COLUMNS = (*(name for name in PointRow.model_fields if name != "hours"), *WEEKDAYS)


class ColumnMapping(StrictModel):
    """Column mapping: converts another list's columns to ours.

    Attributes:
        columns: their column by ours.
        values: our value by theirs, for each of our columns. Other values stay unchanged.
        constants: default value of our column.
        prefix: prefix of site codes, against collisions between lists.
        other: value for those that `values` does not name, by our column.
    """

    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    other: dict[str, str] = {}
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=20)] = ""

    @model_validator(mode="after")
    def _known(self) -> "ColumnMapping":
        for part in (self.columns, self.values, self.constants, self.other):
            if unknown := sorted(set(part) - set(COLUMNS)):
                raise ValueError(f'there is no column "{unknown[0]}"; ours are: {", ".join(COLUMNS)}')
        return self
