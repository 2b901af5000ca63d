"""Vaccines and campaigns of the running city, and the check of their files."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.config_folders import check_folder, read_folder
from kini.core.localized_text import missing_translations
from kini.core.process_cache import cached
from kini.vaccination.campaigns.schema import Campaign, Vaccine, Vaccines

VACCINES = "vaccines.yaml"
FOLDER = "campaigns"


def vaccines(root: Path | None = None) -> dict[str, Vaccine]:
    """Return the vaccines of a pack (default: the running city's) by id, cached; empty without a file.

    Raises:
        ConfigErrors: the file is invalid.
    """
    return _vaccines(root or Path(settings.CITY_PATH))


def vaccine_of(key: str) -> Vaccine:
    """Return a vaccine.

    Raises:
        LookupError: the pack has none of that name; the message names those it has.
    """
    return _look_up(vaccines(), key, "vaccine")


def vaccine_name(key: str) -> str:
    """Return the name of a vaccine, or its id when the pack does not have it any more."""
    known = vaccines().get(key)
    return str(known.name) if known else key


def campaigns(root: Path | None = None) -> dict[str, Campaign]:
    """Return the campaigns of a pack (default: the running city's) by id, cached.

    Raises:
        ConfigErrors: a file is invalid.
    """
    return _campaigns(root or Path(settings.CITY_PATH))


def campaign_of(name: str) -> Campaign:
    """Return a campaign.

    Raises:
        LookupError: the pack has none of that name; the message names those it has.
    """
    return _look_up(campaigns(), name, "campaign")


def campaign_name(name: str) -> str:
    """Return the name of a campaign, or its id when the pack does not have it any more."""
    known = campaigns().get(name)
    return str(known.name) if known else name


def check_campaigns(root: Path) -> Iterable[ConfigError]:
    """Check vaccines.yaml and campaigns/*.yaml."""
    try:
        languages = load_city(root).languages
        source, known = _read_vaccines(root)
    except ConfigErrors as error:
        yield from error.errors
        return
    if source:
        yield from missing_translations(source, known, languages, ("vaccines",))
    yield from check_folder(root, FOLDER, Campaign, lambda campaign: campaign.errors(known), languages)


def _look_up[T](known: dict[str, T], name: str, noun: str) -> T:
    try:
        return known[name]
    except KeyError:
        raise LookupError(f'There is no {noun} "{name}"; the pack has {", ".join(known) or "none"}.') from None


@cached(maxsize=4)
def _vaccines(root: Path) -> dict[str, Vaccine]:
    return _read_vaccines(root)[1]


@cached(maxsize=4)
def _campaigns(root: Path) -> dict[str, Campaign]:
    known = _vaccines(root)
    by_name = read_folder(root, FOLDER, Campaign, lambda campaign: campaign.errors(known))
    return {name: each.model_copy(update={"vaccines": known}) for name, each in by_name.items()}


def _read_vaccines(root: Path) -> tuple[SourceFile | None, dict[str, Vaccine]]:
    if not (root / VACCINES).exists():
        return None, {}
    source = read_source_file(root / VACCINES, root)
    return source, parse_model(source, Vaccines).vaccines
