"""The pack's catalogue.yaml as the running city has it: categories, life events, words of the search."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from kini.core.faults import parse, read_source
from kini.services.schema import Catalogue

FILE = "catalogue.yaml"


def current() -> Catalogue:
    """The catalogue of this process's city, read once.

    Raises:
        PackFaults: when its file cannot be taken.
    """
    return _once(settings.CITY_PATH)


@lru_cache(maxsize=4)
def _once(path: Path) -> Catalogue:
    return parse(read_source(path / FILE, path), Catalogue)
