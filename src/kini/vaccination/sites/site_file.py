"""Sites and their weekly timetables from the pack (vaccination-sites.csv): check, and load at `./kini prepare`.

Lines with the same id are one site: each is a span of hours on some weekdays. A car has another place on each line.
"""

from collections.abc import Iterable
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field, model_validator

from kini.city.public import WEEKDAYS, StrictModel, load_city, read_pack_tables
from kini.core import audit
from kini.core.actors import Actor
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.table_import import Row, read_pack_table
from kini.vaccination.sites.models import Site, SiteHours

FILE = "vaccination-sites.csv"
#: With a colon and the vaccine it names the resource of a slot, which has 60 characters.
SiteId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=34)]


def _days(text: Any) -> Any:
    """Weekdays of "monday-friday" or "monday saturday", as numbers from 0."""
    days: list[int] = []
    for part in str(text).split():
        first, _dash, last = part.partition("-")
        last = last or first
        if first not in WEEKDAYS or last not in WEEKDAYS or WEEKDAYS.index(last) < WEEKDAYS.index(first):
            raise ValueError(_('"%(part)s" is no weekday; write "monday-friday" or "monday saturday"') % {"part": part})
        days += range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)
    return tuple(days)


class SiteRow(StrictModel):
    """Line of vaccination-sites.csv.

    Attributes:
        facility: unit or facility of the pack that runs it; its members work there.
        place: of places.csv; empty: at the facility.
        days, starts, ends: when; `an_hour`: doses that the team can give in an hour.
        walk_in_percent: share for people without an appointment.
    """

    id: SiteId
    kind: Literal["fixed", "mass", "car", "home"]
    name: str = Field(min_length=1, max_length=160)
    facility: str
    place: str = ""
    days: Annotated[tuple[int, ...], BeforeValidator(_days)] = Field(min_length=1)
    starts: time
    ends: time
    an_hour: int = Field(ge=1, le=10_000)
    walk_in_percent: int = Field(ge=0, le=100)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError(_("it ends before it starts; correct one of the times"))
        return self


def read_sites(root: Path) -> list[Row[SiteRow]]:
    """Return the lines of a pack's file; empty without one.

    Raises:
        ConfigErrors: all errors of the file.
    """
    if not (root / FILE).exists():
        return []
    errors: list[ConfigError] = []
    rows = read_pack_table(root / FILE, root, SiteRow, errors)
    errors += _reference_errors(root, rows)
    if errors:
        raise ConfigErrors(errors)
    return rows


def check_sites(root: Path) -> Iterable[ConfigError]:
    """Errors of the file, as the pack check names them."""
    try:
        read_sites(root)
    except ConfigErrors as error:
        return error.errors
    return ()


def _reference_errors(root: Path, rows: list[Row[SiteRow]]) -> Iterable[ConfigError]:
    try:
        tables = read_pack_tables(root, load_city(root))
    except ConfigErrors:
        return  # reported by the check of those files
    units, places = {unit.pk for unit in tables.units}, {place.pk for place in tables.places}
    first: dict[str, SiteRow] = {}
    times: set[tuple[str, int, time]] = set()
    for row in rows:
        value = row.value
        if value.facility not in units:
            yield row.error_at(
                "facility",
                _('there is no unit "%(facility)s"') % {"facility": value.facility},
                _("Use an id of facilities.csv or a unit."),
            )
        if value.place and value.place not in places:
            yield row.error_at(
                "place", _('there is no place "%(place)s"') % {"place": value.place}, _("Use an id of places.csv.")
            )
        same = first.setdefault(value.id, value)
        if (same.kind, same.name, same.facility) != (value.kind, value.name, value.facility):
            yield row.error_at(
                "id",
                _("%(id)s has another kind, name or facility above") % {"id": value.id},
                _("Write the same on each line."),
            )
        for day in value.days:
            if (value.id, day, value.starts) in times:
                yield row.error_at(
                    "days", _("%(id)s starts twice at that time") % {"id": value.id}, _("Keep one line.")
                )
            times.add((value.id, day, value.starts))


@transaction.atomic
def load_sites(by: Actor) -> None:
    """Load the running city's sites and timetables; sites that left the file are no longer active."""
    rows = read_sites(Path(settings.CITY_PATH))
    from_pack = {row.value.id: row.value for row in reversed(rows)}
    tables = read_pack_tables(Path(settings.CITY_PATH), load_city(Path(settings.CITY_PATH))) if rows else None
    units = {unit.pk: unit for unit in tables.units} if tables else {}
    places = {place.pk: place for place in tables.places} if tables else {}
    for key, row in from_pack.items():
        unit, place = units[row.facility], places.get(row.place) if row.kind != "car" else None
        values = {
            "kind": row.kind,
            "name": row.name,
            "facility_id": unit.pk,
            "place_id": place.pk if place else None,
            "agency_id": unit.agency_id,
            "area_id": place.area_id if place else unit.area_id,
            "active": True,
        }
        Site.objects.update_or_create(pk=key, defaults=values)
    Site.objects.exclude(pk__in=from_pack).update(active=False)
    SiteHours.objects.all().delete()
    SiteHours.objects.bulk_create(
        SiteHours(
            site_id=row.value.id,
            weekday=day,
            starts=row.value.starts,
            ends=row.value.ends,
            place_id=row.value.place or None,
            an_hour=row.value.an_hour,
            walk_in_percent=row.value.walk_in_percent,
        )
        for row in rows
        for day in row.value.days
    )
    audit.record(
        by=by, action="vaccination.sites-loaded", subject="vaccination-sites", detail={"count": len(from_pack)}
    )
