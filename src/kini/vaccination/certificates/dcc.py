"""Content of an EU DCC (schema 1.0.0 to 1.3.3): its structure, checked by models of our own. Pure.

Older certificates carry noise that the later schema refuses: several entries, empty names, date-times as dates. It is
accepted in the versions that had it. Codes are not compared with value sets: that is up to rules (`business_rules.py`).
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from kini.vaccination.certificates.refusals import Reason, Refused

#: The kinds of certificates by the key of their entries.
KINDS = {"v": "vaccination", "t": "test", "r": "recovery"}
#: From this version on a certificate has exactly one entry, and codes as the ICAO writes names.
STRICT_SINCE = (1, 2)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{1,2}(?::?\d{2})?)?)?"
)
_BIRTH = re.compile(r"(?:(?:19|20)\d\d(?:-\d\d){0,2})?")
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
_ICAO = re.compile(r"[A-Z<]*")


def _day(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("it is not a date")
    date.fromisoformat(match[1])
    return text


def _moment(text: str) -> str:
    if _DATE_TIME.fullmatch(text) is None:
        raise ValueError("it is not a date and time")
    date.fromisoformat(text[:10])
    return text


Day = Annotated[str, AfterValidator(_day)]
Moment = Annotated[str, AfterValidator(_moment)]
Short = Annotated[str, StringConstraints(max_length=80)]
Country = Annotated[str, StringConstraints(pattern=r"[A-Z]{1,10}")]
Count = Annotated[int, Field(ge=1, strict=True)]


class _Part(BaseModel):
    """Base of the parts: text stays text, and unknown fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


class _Entry(_Part):
    tg: str
    co: Country
    issuer: Short = Field(alias="is")
    ci: Short


class VaccinationEntry(_Entry):
    vp: str
    mp: str
    ma: str
    dn: Count
    sd: Count
    dt: Day


class TestEntry(_Entry):
    tt: str
    nm: Short | None = None
    ma: str | None = None
    sc: Moment
    tr: str
    tc: Short | None = None


class RecoveryEntry(_Entry):
    fr: Day
    df: Day
    du: Day


class Name(_Part):
    fn: Short | None = None
    fnt: Short | None = None
    gn: Short | None = None
    gnt: Short | None = None


class Content(_Part):
    """A DCC. `entries` names the kinds that it has, "v" for a vaccination."""

    ver: str
    nam: Name
    dob: str
    v: list[VaccinationEntry] | None = None
    t: list[TestEntry] | None = None
    r: list[RecoveryEntry] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        version = _VERSION.fullmatch(self.ver)
        if version is None:
            raise ValueError("ver: it is not a version")
        if _BIRTH.fullmatch(self.birth_date) is None:
            raise ValueError("dob: it is not a date of birth between 1900 and 2099")
        count = sum(len(each) for each in (self.v, self.t, self.r) if each)
        if count == 0:
            raise ValueError("there is no entry")
        if (int(version[1]), int(version[2])) >= STRICT_SINCE:
            if count > 1:
                raise ValueError("there is more than one entry")
            if self.nam.fnt is None and self.nam.gnt is None:
                raise ValueError("nam: there is no standardised name")
            if not all(_ICAO.fullmatch(name or "") for name in (self.nam.fnt, self.nam.gnt)):
                raise ValueError("nam: a standardised name has other characters than A to Z and <")
        return self

    @property
    def birth_date(self) -> str:
        """YYYY, YYYY-MM, YYYY-MM-DD, or empty."""
        return self.dob.partition("T")[0].partition(" ")[0]

    @property
    def name(self) -> str:
        """Given name and surname as printed; standardised where nothing else is there."""
        given = self.nam.gn or (self.nam.gnt or "").replace("<", " ")
        surname = self.nam.fn or (self.nam.fnt or "").replace("<", " ")
        return " ".join(f"{given} {surname}".split())

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind in KINDS if getattr(self, kind))

    @property
    def entries(self) -> list[VaccinationEntry | TestEntry | RecoveryEntry]:
        return [*(self.v or ()), *(self.t or ()), *(self.r or ())]


def read(content: Any) -> Content:
    """Check the structure of a decoded DCC, whose dates are text.

    Raises:
        Refused: MALFORMED.
    """
    if not isinstance(content, Mapping):
        raise Refused(Reason.MALFORMED, "the content is no map")
    try:
        return Content.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        raise Refused(Reason.MALFORMED, f"{place}: {first['msg'].removeprefix('Value error, ')}".lstrip(": ")) from None
