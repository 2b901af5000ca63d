"""Diseases of the running city, and the check of their files."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.config_folders import check_folder, read_folder
from kini.core.process_cache import cached
from kini.epidemic.diseases.schema import Disease

FOLDER = "diseases"


def diseases(root: Path | None = None) -> dict[str, Disease]:
    """Return the diseases of a pack (default: the running city's) by id, cached.

    Raises:
        ConfigErrors: a file is invalid.
    """
    return _once(root or Path(settings.CITY_PATH))


def disease_of(name: str) -> Disease:
    """Return a disease.

    Raises:
        LookupError: the pack has none of that name; the message names those it has.
    """
    try:
        return diseases()[name]
    except KeyError:
        raise LookupError(f'There is no disease "{name}"; the pack has {", ".join(diseases()) or "none"}.') from None


def version_of(disease: Disease) -> str:
    """Return the version that records name: the first 12 digits of the digest of its content."""
    return sha256(disease.model_dump_json(by_alias=True).encode()).hexdigest()[:12]


def check_diseases(root: Path) -> Iterable[ConfigError]:
    """Check diseases/*.yaml."""
    try:
        languages = load_city(root).languages
    except ConfigErrors as error:
        yield from error.errors
        return
    yield from check_folder(root, FOLDER, Disease, Disease.errors, languages)


@cached(maxsize=4)
def _once(root: Path) -> dict[str, Disease]:
    return read_folder(root, FOLDER, Disease, Disease.errors)
