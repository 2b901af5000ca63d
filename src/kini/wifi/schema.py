"""The typed forms of what people write about the network: wifi.yaml of the pack, a list's row, a column mapping."""

import re
from collections.abc import Sequence
from datetime import date, time
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kini.city.schema import WEEKDAYS, Code, Id, Latitude, Longitude, Strict, Week
from kini.core.texts import Text
from kini.services.schema import Name
from kini.wifi import rules
from kini.wifi.models import CODE
from kini.wifi.where.schema import PlanEntry

#: A secret that fits between the quotes of FreeRADIUS's configuration. RFC 2865 asks for 16 octets.
SECRET = re.compile(r"[!#-&(-\[\]-~]{16,128}")

#: Where an access point takes a one-time password: scheme, host, port, and a path where it is not the usual one.
LOGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")

#: The end of a day, for comparing.
END = time.max


class Hours(Week):
    """When a site is open; a span that ends at 00:00 ends at midnight."""

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        for day in WEEKDAYS:
            edges = [
                edge for opens, closes in getattr(self, day) for edge in (opens, closes if closes > time(0) else END)
            ]
            if edges != sorted(set(edges)):
                raise ValueError(f"{day}: write spans in order, none over midnight (end one at 00:00, begin one there)")
        return self


class SiteKind(Strict):
    """A kind of place that has Wi-Fi, and when such places are open; without hours around the clock."""

    name: Text
    hours: Hours | None = None
    share: Annotated[int, Field(ge=0, description="Of the made-up points, in parts.")] = 0


class Scheme(Strict):
    """Who pays for a site."""

    name: Text
    share: Annotated[int, Field(ge=0, description="Of the made-up points, in parts.")] = 0


class GroupEntry(Strict):
    """What a group of people may do on the network; what is left out has no limit.

    Attributes:
        sheets: officers may print codes for it.
        devices_at_once: of one person, or of one voucher, at the same time.
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


class SessionEntry(Strict):
    """What holds for sessions from a day on, until the next entry does.

    Attributes:
        silent_minutes: a session has ended of which nothing was heard for so long; access points tell of it every five.
        closing_hours: so long after midnight a day's figures are counted.
        keep_days: for so long a session leads to its device and its person; after that it only counts.
    """

    since: date
    silent_minutes: Annotated[int, Field(ge=10, le=1_440)] = 20
    closing_hours: Annotated[int, Field(ge=1, le=72)] = 12
    keep_days: Annotated[int, Field(ge=21, le=1_830)] = 30


class HealthEntry(Strict):
    """When an access point counts as up, busy, silent or down, from a day on, until the next entry does.

    Attributes:
        heard_minutes: it is up so long after its last sign; sessions are heard of every five minutes.
        down_minutes: one that sends heartbeats is down so long after its last sign; `beats_days`: it is one that sends
            them for so long after the last.
        quiet_hours: another is down so long after its last sign, as it may just have no visitors. Of both only the
            time counts in which its site is open.
        busy_percent: of its capacity, from which it is busy.
    """

    since: date
    heard_minutes: Annotated[int, Field(ge=6, le=1_440)] = 15
    down_minutes: Annotated[int, Field(ge=6, le=10_080)] = 30
    beats_days: Annotated[int, Field(ge=1, le=366)] = 30
    quiet_hours: Annotated[int, Field(ge=1, le=720)] = 24
    busy_percent: Annotated[int, Field(ge=1, le=100)] = 80


class FaultService(Strict):
    """The service by which a fault at a site is reported.

    Attributes:
        site, where: its questions for the site's code and for the place.
        known: answers of somebody who comes from the page of a site, by question.
    """

    service: Id
    site: Name
    where: Name
    known: dict[Name, str] = {}


class WishService(Strict):
    """The service by which a new site is asked for; `known` as for faults."""

    service: Id
    known: dict[Name, str] = {}


class Link(Strict):
    """Somewhere to go once one is online."""

    name: Text
    address: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+(/[^\s\"<>]*)?$", max_length=200)]


class PortalEntry(Strict):
    """The page where people sign in.

    Attributes:
        group: of whoever signs in with a phone number.
        days: for which a device comes in by itself then.
        terms: to which one agrees, a paragraph each.
        links: shown once somebody is online.
    """

    group: Id
    days: Annotated[int, Field(ge=1, le=366)] = 30
    terms: Annotated[list[Text], Field(min_length=1)]
    links: list[Link] = []


class WifiFile(Strict):
    """wifi.yaml.

    Attributes:
        find: the information service whose page leads to the list of sites.
        agency: whose officers watch the network; `providers`: another agency's, by the provider of a site.
        made_up_name: what a made-up point is called; "{area}" stands for the area's name.
    """

    name: Text = Field(description="What the city calls its Wi-Fi.")
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
    wish: WishService | None = None
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


class CountRow(Strict):
    """One line of wifi-points.csv: how many points there are in an area."""

    area: Code
    points: Annotated[int, Field(ge=0)]
    source: Annotated[str, Field(min_length=1)]


def _mac(value: str) -> str:
    return rules.mac(value) if value else ""


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


class PointRow(Strict):
    """One row of a list: a site, and the access point there that the row names by its MAC; several rows may name one
    site. `hours`: spans by weekday, empty for those of its kind.
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
        """The columns monday ... sunday, each with spans, as `hours`."""
        days = {day: rules.spans(data.pop(day)) for day in WEEKDAYS if day in data}
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


#: What a column may be called; a list with other names needs a mapping.
COLUMNS = (*(name for name in PointRow.model_fields if name != "hours"), *WEEKDAYS)


class Mapping(Strict):
    """A column mapping: how the columns of somebody else's list become ours.

    Attributes:
        columns: theirs by ours.
        values: by our column: ours by theirs. A value that is not named stays as it is.
        constants: what stands in our column for every row, or where theirs is empty.
        prefix: before the site's code, so that the codes of two lists do not meet.
        other: what a value becomes that `values` does not name, by our column.
    """

    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    other: dict[str, str] = {}
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=20)] = ""

    @model_validator(mode="after")
    def _known(self) -> "Mapping":
        for part in (self.columns, self.values, self.constants, self.other):
            if unknown := sorted(set(part) - set(COLUMNS)):
                raise ValueError(f'there is no column "{unknown[0]}"; ours are: {", ".join(COLUMNS)}')
        return self
