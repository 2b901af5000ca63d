"""City configuration from the pack: city.toml and calendar.toml."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from kini.city.calendar import calendar_errors, work_calendar
from kini.city.schema import (
    AreaLevel,
    CalendarFile,
    CityContact,
    CityFile,
    EmergencyNumber,
    OfficerRules,
    Screenshot,
)
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.geometry import Point
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached
from kini.core.working_time import WorkCalendar
from kini.web.theme import theme_errors as theme_faults

CITY_FILE = "city.toml"
CALENDAR_FILE = "calendar.toml"


@dataclass(frozen=True, slots=True)
class City:
    """Content of city.toml and calendar.toml.

    Attributes:
        root: folder of the pack.
        languages: codes; the first one is the default.
        center: (latitude, longitude).
        area_levels: from the whole city to the smallest areas.
        national_id: module of python-stdnum that validates residents' identity numbers.
        number_plates: regular expression of number plates; empty: none are masked.
        planned_kinds: kinds that have service files but no room yet.
        cell_reach_m: maximum extent of an area without boundary, from its point.
        theme: colours by token (see web/theme.py).
    """

    root: Path
    name: Text
    languages: tuple[str, ...]
    timezone: ZoneInfo
    country: str
    currency: str
    reference_prefix: str
    national_id: str
    number_plates: str
    center: Point
    area_levels: tuple[AreaLevel, ...]
    planned_kinds: tuple[str, ...]
    cell_reach_m: float
    emergency: tuple[EmergencyNumber, ...]
    contact: CityContact | None
    officers: OfficerRules
    screenshots: tuple[Screenshot, ...]
    theme: dict[str, str]
    calendar: WorkCalendar

    @property
    def lowest_level(self) -> str:
        return self.area_levels[-1].id

    def level_name(self, level: str) -> str:
        """Name of a level of areas in the active language.

        Raises:
            LookupError: there is no such level.
        """
        try:
            return next(str(each.name) for each in self.area_levels if each.id == level)
        except StopIteration:
            raise LookupError(f'There is no level "{level}" of areas.') from None


def current() -> City:
    """Return the city of this process, read once.

    Raises:
        ConfigErrors: its files are invalid.
    """
    return _once(settings.CITY_PATH)


@cached(maxsize=4)
def _once(path: Path) -> City:
    return load_city(path)


def load_city(path: Path) -> City:
    """Read city.toml and calendar.toml below `path`.

    Raises:
        ConfigErrors: all errors of both files.
    """
    faults: list[ConfigError] = []
    city, calendar = _read(path, CITY_FILE, CityFile, faults), _read(path, CALENDAR_FILE, CalendarFile, faults)
    if city:
        source, form = city
        faults += missing_translations(source, form, form.languages)
        faults += [source.error_at(("theme", key), message) for key, message in theme_faults(form.theme)]
    if city and calendar:
        faults += calendar_errors(calendar[0], city[1], calendar[1])
    if faults or not city or not calendar:
        raise ConfigErrors(faults)
    return _city(path, city[1], work_calendar(city[1], calendar[1]))


def pack_languages(path: Path) -> tuple[str, ...]:
    """Languages of the pack below `path`, also if other parts of city.toml are invalid; empty if they are unknown."""
    try:
        languages = read_source_file(path / CITY_FILE, path).data.get("languages")
    except ConfigErrors:
        return ()
    return tuple(languages) if isinstance(languages, list) and all(isinstance(each, str) for each in languages) else ()


def _read[M: (CityFile, CalendarFile)](
    path: Path, name: str, model: type[M], faults: list[ConfigError]
) -> tuple[SourceFile, M] | None:
    try:
        source = read_source_file(path / name, path)
        return source, parse_model(source, model)
    except ConfigErrors as error:
        faults += error.errors
        return None


def _city(root: Path, form: CityFile, calendar: WorkCalendar) -> City:
    return City(
        root=root,
        name=form.name,
        languages=form.languages,
        timezone=form.time_zone,
        country=form.country,
        currency=form.currency,
        reference_prefix=form.reference_prefix,
        national_id=form.national_id,
        number_plates=form.number_plates,
        center=form.center,
        area_levels=form.area_levels,
        planned_kinds=form.planned_kinds,
        cell_reach_m=form.cell_reach_m,
        emergency=form.emergency,
        contact=form.contact,
        officers=form.officers,
        screenshots=form.screenshots,
        theme=form.theme,
        calendar=calendar,
    )
