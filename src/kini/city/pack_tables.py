"""Reader of the pack's tables: areas, agencies with their units and facilities, places."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kini.city.models import Agency, Area, Place, Unit
from kini.city.pack import City
from kini.city.schema import AgencyFile, AreaLevel, AreaRow, FacilityRow, PlaceRow, UnitEntry
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.geometry import Point
from kini.core.localized_text import missing_translations
from kini.core.table_import import Row, read_pack_table

AREAS_FILE = "areas.csv"
AGENCIES_FILE = "agencies.yaml"
PLACES_FILE = "places.csv"
FACILITIES_FILE = "facilities.csv"
LONGEST_PATH = 120


@dataclass(frozen=True, slots=True)
class PackTables:
    """Content of the tables as unsaved model instances."""

    areas: list[Area]
    agencies: list[Agency]
    units: list[Unit]
    places: list[Place]


def read_pack_tables(path: Path, city: City) -> PackTables:
    """Read areas.csv, agencies.yaml, places.csv, and facilities.csv where there is one, below `path`.

    Raises:
        ConfigErrors: all errors of the files.
    """
    faults: list[ConfigError] = []
    areas = _areas(read_pack_table(path / AREAS_FILE, path, AreaRow, faults), city.area_levels, faults)
    if faults:  # references to areas cannot be checked, as some were not read
        areas = {}
    agencies, units = _agencies(path, city, areas, faults)
    places = _places(read_pack_table(path / PLACES_FILE, path, PlaceRow, faults), areas, agencies, faults)
    if (path / FACILITIES_FILE).exists():
        rows = read_pack_table(path / FACILITIES_FILE, path, FacilityRow, faults)
        units += _facilities(rows, areas, agencies, {unit.pk for unit in units}, city.languages, faults)
    if faults:
        raise ConfigErrors(faults)
    return PackTables(list(areas.values()), list(agencies.values()), units, places)


def _areas(rows: list[Row[AreaRow]], levels: Sequence[AreaLevel], faults: list[ConfigError]) -> dict[str, Area]:
    """Areas by code, parents before children."""
    depths = {level.id: depth for depth, level in enumerate(levels)}
    areas: dict[str, Area] = {}
    unread = incomplete = bool(faults)  # a parent may be among the rows that were not read
    for row in sorted(rows, key=lambda row: depths.get(row.value.level, len(levels))):
        if wrong := list(_area_faults(row, depths, areas)):
            faults += [] if incomplete and row.value.parent and row.value.parent not in areas else wrong
            incomplete = True
        else:
            areas[row.value.code] = _area(row.value, depths[row.value.level], areas)
    if rows and not unread:
        faults += _whole_faults(rows, levels)
        faults += _double_points([row for row in rows if row.value.level == levels[-1].id])
    return areas


def _area_faults(row: Row[AreaRow], depths: dict[str, int], areas: dict[str, Area]) -> Iterator[ConfigError]:
    area = row.value
    if area.code in areas:
        yield row.error_at("code", _("%(code)s appears twice") % {"code": area.code}, _("Keep one line."))
    if area.level not in depths:
        yield row.error_at(
            "level",
            _('there is no level "%(level)s"') % {"level": area.level},
            _("Use: %(names)s.") % {"names": ", ".join(depths)},
        )
        return
    depth = depths[area.level]
    if depth == 0 and area.parent:
        yield row.error_at("parent", _("the whole city has no parent"), _("Leave it empty."))
    elif depth and (area.parent not in areas or areas[area.parent].depth != depth - 1):
        above = list(depths)[depth - 1]
        message = _('"%(value)s" is no area of the level %(above)s') % {"value": area.parent or "", "above": above}
        yield row.error_at("parent", message, _("Give the code of a %(above)s.") % {"above": above})
    elif depth and len(areas[area.parent or ""].path) + 1 + len(area.code) > LONGEST_PATH:
        yield row.error_at(
            "code",
            _("the codes down to here are over %(longest_path)s letters together") % {"longest_path": LONGEST_PATH},
            _("Shorten them."),
        )


def _whole_faults(rows: list[Row[AreaRow]], levels: Sequence[AreaLevel]) -> Iterator[ConfigError]:
    whole = [row for row in rows if row.value.level == levels[0].id]
    if not whole:
        yield ConfigError(
            rows[0].table.file,
            0,
            "",
            _("the whole city is missing"),
            _("Add one line of the level %(id)s.") % {"id": levels[0].id},
        )
    for row in whole[1:]:
        yield row.error_at("level", _("there is more than one whole city"), _("Keep one."))
    if not any(row.value.level == levels[-1].id for row in rows):
        yield ConfigError(
            rows[0].table.file,
            0,
            "",
            _("there is no area of the level %(id)s") % {"id": levels[-1].id},
            _("Add at least one."),
        )


def _double_points(rows: list[Row[AreaRow]]) -> Iterator[ConfigError]:
    seen: dict[Point, str] = {}
    for row in rows:
        other = seen.setdefault((row.value.latitude, row.value.longitude), row.value.code)
        if other != row.value.code:
            yield row.error_at(
                "latitude", _("the same point as %(other)s") % {"other": other}, _("Give each area a point of its own.")
            )


def _area(row: AreaRow, depth: int, areas: dict[str, Area]) -> Area:
    path = f"{areas[row.parent].path}/{row.code}" if row.parent else row.code
    return Area(
        code=row.code,
        level=row.level,
        depth=depth,
        name=row.name,
        parent_id=row.parent,
        path=path,
        latitude=row.latitude,
        longitude=row.longitude,
        km2=row.km2,
        population=row.population,
    )


def _agencies(
    path: Path, city: City, areas: dict[str, Area], faults: list[ConfigError]
) -> tuple[dict[str, Agency], list[Unit]]:
    try:
        source = read_source_file(path / AGENCIES_FILE, path)
        entries = parse_model(source, AgencyFile).root
    except ConfigErrors as error:
        faults += error.errors
        return {}, []
    faults += missing_translations(source, entries, city.languages)
    levels = [level.id for level in city.area_levels]
    units: dict[str, Unit] = {}
    for agency, entry in entries.items():
        for index, unit in enumerate(entry.units):
            where = (agency, "units", index)
            if wrong := list(_unit_faults(source, where, unit, levels, areas)):
                faults += wrong
                continue
            for created in _units(agency, unit, areas):
                if created.pk in units:
                    faults.append(
                        source.error_at(
                            where,
                            _("a second unit in %(area_id)s") % {"area_id": created.area_id},
                            _("Keep one unit an area."),
                        )
                    )
                units[created.pk] = created
    agencies = {id_: Agency(id=id_, name=entry.name.root, short_name=entry.short) for id_, entry in entries.items()}
    return agencies, list(units.values())


def _unit_faults(
    source: SourceFile, where: tuple[str | int, ...], unit: UnitEntry, levels: list[str], areas: dict[str, Area]
) -> Iterator[ConfigError]:
    if unit.level is not None and unit.level not in levels:
        yield source.error_at(
            (*where, "level"),
            _('there is no level "%(level)s"') % {"level": unit.level},
            _("Use: %(names)s.") % {"names": ", ".join(levels)},
        )
    elif unit.level is not None and unit.level != levels[0] and any("{area}" not in t for t in unit.name.root.values()):
        yield source.error_at(
            (*where, "name"), _("every unit would be called the same"), _("Put {area} into the name.")
        )
    if unit.area is not None and areas and unit.area not in areas:
        yield source.error_at(
            (*where, "area"),
            _('there is no area "%(area)s"') % {"area": unit.area},
            _("Use a code of %(areas_file)s.") % {"areas_file": AREAS_FILE},
        )


def _units(agency: str, unit: UnitEntry, areas: dict[str, Area]) -> Iterator[Unit]:
    for area in areas.values():
        if unit.area == area.code or unit.level == area.level:
            names = {language: text.replace("{area}", area.name) for language, text in unit.name.root.items()}
            yield Unit(id=f"{agency}-{area.code}", agency_id=agency, area_id=area.code, name=names, phone=unit.phone)


def _facilities(
    rows: list[Row[FacilityRow]],
    areas: dict[str, Area],
    agencies: dict[str, Agency],
    taken: set[str],
    languages: Sequence[str],
    faults: list[ConfigError],
) -> list[Unit]:
    facilities: list[Unit] = []
    for row in rows:
        faults += _reference_errors(row, row.value, taken, areas, agencies)
        taken.add(row.value.id)
        facilities.append(_facility(row.value, languages))
    return facilities


def _facility(row: FacilityRow, languages: Sequence[str]) -> Unit:
    return Unit(
        id=row.id,
        agency_id=row.agency,
        area_id=row.area,
        type=row.type,
        name=dict.fromkeys(languages, row.name),
        phone=row.phone,
        latitude=row.latitude,
        longitude=row.longitude,
        address=row.address,
    )


def _reference_errors(
    row: Row[Any],
    value: PlaceRow | FacilityRow,
    taken: Collection[str],
    areas: dict[str, Area],
    agencies: dict[str, Agency],
) -> Iterator[ConfigError]:
    """Yield the errors of an id, an area and an agency, as far as the other files are valid."""
    if value.id in taken:
        yield row.error_at("id", _("%(id)s appears twice") % {"id": value.id}, _("Keep one line."))
    if areas and value.area not in areas:
        yield row.error_at(
            "area",
            _('there is no area "%(area)s"') % {"area": value.area},
            _("Use a code of %(areas_file)s.") % {"areas_file": AREAS_FILE},
        )
    if agencies and value.agency and value.agency not in agencies:
        yield row.error_at(
            "agency",
            _('there is no agency "%(agency)s"') % {"agency": value.agency},
            _("Use an id of %(agencies_file)s.") % {"agencies_file": AGENCIES_FILE},
        )


def _places(
    rows: list[Row[PlaceRow]], areas: dict[str, Area], agencies: dict[str, Agency], faults: list[ConfigError]
) -> list[Place]:
    places: dict[str, Place] = {}
    for row in rows:
        faults += _reference_errors(row, row.value, places, areas, agencies)
        places[row.value.id] = _place(row.value)
    return list(places.values())


def _place(row: PlaceRow) -> Place:
    return Place(
        id=row.id,
        kind=row.kind,
        name=row.name,
        area_id=row.area,
        agency_id=row.agency,
        latitude=row.latitude,
        longitude=row.longitude,
        address=row.address,
    )
