"""Schemas of the inventory's files: a list's rows, column mappings, and wifi-points.csv."""

import re
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kini.city.public import WEEKDAYS, Code, Id, Latitude, Longitude, StrictModel
from kini.core.table_import import ColumnMapping
from kini.wifi import rules
from kini.wifi.inventory.models import CODE
from kini.wifi.schema import Hours

#: A secret without characters that need escaping in FreeRADIUS's configuration; at least 16 octets (RFC 2865).
SECRET = re.compile(r"[!#-&(-\[\]-~]{16,128}")
#: Login URL of an access point: scheme, host, port, and a path if it is not the vendor's default.
LOGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?")


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
    values = {"": True, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if str(value).strip().lower() not in values:
        raise ValueError('write "yes" or "no"')
    return values[str(value).strip().lower()]


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


class PointMapping(ColumnMapping):
    """Column mapping of a list of points.

    Attributes:
        prefix: prefix of site codes, against collisions between lists.
    """

    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$", max_length=20)] = ""

    @model_validator(mode="after")
    def _known(self) -> "PointMapping":
        for part in (self.columns, self.values, self.constants, self.other):
            if unknown := sorted(set(part) - set(COLUMNS)):
                raise ValueError(f'there is no column "{unknown[0]}"; ours are: {", ".join(COLUMNS)}')
        return self

    def value(self, name: str, text: str) -> str:
        code = super().value(name, text)
        return self.prefix + code if name == "site" and code else code
