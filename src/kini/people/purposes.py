"""Purposes for which officers look at people's data: a list of the pack (access.yaml), with a default of the house."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from kini.city.pack import load_city
from kini.city.schema import Id
from kini.core.faults import Fault, PackFaults, parse, read_source
from kini.core.texts import Text, untranslated

FILE = "access.yaml"
CASEWORK, COUNTER, APPOINTMENT, CONTACT = "casework", "counter", "appointment", "contact"

#: Purposes of reads, which nobody chooses: they follow from the page.
OF_READS: Mapping[str, str | Promise] = {
    CASEWORK: _("Work on your case"),
    COUNTER: _("Help at a counter"),
    APPOINTMENT: _("Your appointment"),
    CONTACT: _("A message that did not reach you"),
}
#: Purposes of looks where the pack has no list of its own.
OF_LOOKS: Mapping[str, str | Promise] = {
    "verify-documents": _("Check documents"),
    "contact-person": _("Contact the person"),
    "find-duplicates": _("Find out whether two cases or profiles are of one person"),
    "complaint": _("Handle a complaint or an objection"),
    "supervision": _("Supervise the work"),
    "legal-request": _("Answer a request that a law prescribes"),
    "emergency": _("Help in an emergency"),
}


class Limits(BaseModel):
    """Limits on an officer's looks, and thresholds of unusual reading (people/access_rules.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    looks_per_hour: int = Field(default=30, ge=1)
    looks_per_day: int = Field(default=120, ge=1)
    unusual_reads: int = Field(default=60, ge=1, description="Things read in a day below which nothing is unusual.")
    unusual_looks: int = Field(default=15, ge=1, description="The same for looks at what is hidden.")
    unusual_times: float = Field(default=3.0, ge=1, description="Times the officer's usual and the agency's median.")


class AccessFile(BaseModel):
    """access.yaml: for what officers look at people's data, and how often."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purposes: dict[Id, Text] = Field(
        default_factory=dict, description="What an officer chooses from; empty: the house's."
    )
    limits: Limits = Limits()


def read_access(root: Path) -> AccessFile:
    """Read access.yaml of the pack in that folder; the defaults where it has no such file.

    Raises:
        PackFaults: with every fault of the file.
    """
    return parse(read_source(root / FILE, root), AccessFile) if (root / FILE).exists() else AccessFile()


@lru_cache(maxsize=8)
def _access(root: Path) -> AccessFile:
    return read_access(root)


def limits() -> Limits:
    """The limits of the running city; read once per process."""
    return _access(settings.CITY_PATH).limits


def choices() -> dict[str, str]:
    """Purposes that an officer chooses from before a look, by id, in the language of the page."""
    own = _access(settings.CITY_PATH).purposes
    return {name: str(words) for name, words in (own or OF_LOOKS).items()}


def word_of(purpose: str) -> str:
    """A purpose in words; its id when the pack no longer has it."""
    return str(OF_READS.get(purpose) or choices().get(purpose) or OF_LOOKS.get(purpose) or purpose)


def check_access(root: Path) -> Iterator[Fault]:
    """Faults of access.yaml, for `./kini check pack`."""
    if not (root / FILE).exists():
        return
    try:
        source = read_source(root / FILE, root)
        yield from untranslated(source, parse(source, AccessFile), load_city(root).languages)
    except PackFaults as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
