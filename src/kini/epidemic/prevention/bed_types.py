"""Types of beds that the city's hospitals report (beds.yaml)."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from pydantic import Field, model_validator

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached
from kini.services.public import Id, StrictModel

FILE = "beds.yaml"


class BedType(StrictModel):
    """A type of bed. `ward`: the ward of disease files to which it counts. `aliases`: codes of hospitals' systems."""

    name: Text
    ward: Id
    aliases: tuple[str, ...] = ()


class BedsFile(StrictModel):
    """beds.yaml.

    Attributes:
        service: information service whose page leads to the beds.
        stale_after_hours: age from which a figure is marked as old and is not counted as a free bed.
        phone: to call where a hospital's number is not known.
        types: in the order of the pages.
    """

    service: Id | None = None
    stale_after_hours: int = Field(ge=1, le=168)
    phone: str
    types: dict[Id, BedType] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_differ(self) -> "BedsFile":
        codes = [*self.types, *(alias for each in self.types.values() for alias in each.aliases)]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"two types of beds have the code {', '.join(sorted(twice))}")
        return self

    @property
    def stale_after(self) -> timedelta:
        return timedelta(hours=self.stale_after_hours)

    def type_of(self, code: str) -> str | None:
        """Return the id of a type by its id or alias."""
        if code in self.types:
            return code
        return next((name for name, each in self.types.items() if code in each.aliases), None)


def beds_file(root: Path | None = None) -> BedsFile | None:
    """Return the beds of a pack (default: the running city's), cached; None if it has none.

    Raises:
        ConfigErrors: the file is invalid.
    """
    return _once(root or Path(settings.CITY_PATH))


@cached(maxsize=4)
def _once(root: Path) -> BedsFile | None:
    return parse_model(read_source_file(root / FILE, root), BedsFile) if (root / FILE).is_file() else None


def check_beds(root: Path) -> Iterable[ConfigError]:
    """Check beds.yaml."""
    try:
        beds = beds_file(root)
        if beds:
            yield from missing_translations(read_source_file(root / FILE, root), beds, load_city(root).languages)
    except ConfigErrors as error:
        yield from error.errors
