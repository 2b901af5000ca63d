"""Purposes for which officers look at people's data: the pack's list (access.yaml), or a default one."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from kini.city.public import Id, load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.core.registry import Registry

FILE = "access.yaml"
CASEWORK, COUNTER, APPOINTMENT, CONTACT = "casework", "counter", "appointment", "contact"
DUPLICATES = "duplicates"

#: Purposes of reads, implied by the page.
READ_PURPOSES: Mapping[str, str | Promise] = {
    CASEWORK: _("Work on your case"),
    COUNTER: _("Help at a counter"),
    APPOINTMENT: _("Your appointment"),
    CONTACT: _("A message that did not reach you"),
    DUPLICATES: _("Two records were compared that may both be yours"),
}
#: Purposes of looks for packs without a list of their own.
DEFAULT_LOOK_PURPOSES: Mapping[str, str | Promise] = {
    "verify-documents": _("Check documents"),
    "contact-person": _("Contact the person"),
    "find-duplicates": _("Find out whether two cases or profiles are of one person"),
    "complaint": _("Handle a complaint or an objection"),
    "supervision": _("Supervise the work"),
    "legal-request": _("Answer a request that a law prescribes"),
    "emergency": _("Help in an emergency"),
}
#: Purposes that other rooms register, id to label.
room_purposes: Registry[str | Promise] = Registry("purpose of access")
#: Reasons to break the glass for packs without a list of their own.
DEFAULT_EMERGENCY_REASONS: Mapping[str, str | Promise] = {
    "danger": _("Somebody's life or health is in danger"),
    "nobody-reachable": _("The colleagues in charge cannot be reached, and it cannot wait"),
    "found-person": _("A person was found who cannot answer for themselves"),
}


class AccessLimits(BaseModel):
    """Limits on an officer's looks, and thresholds of unusual reading (people/access_log_rules.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    looks_per_hour: int = Field(default=30, ge=1)
    looks_per_day: int = Field(default=120, ge=1)
    unusual_reads: int = Field(default=60, ge=1, description="Reads a day below which nothing is unusual.")
    unusual_looks: int = Field(default=15, ge=1, description="The same for views of hidden data.")
    unusual_times: float = Field(default=3.0, ge=1, description="Times the officer's usual and the agency's median.")


class BreakGlassLimits(BaseModel):
    """Emergency access to records outside an officer's work: reasons, duration, limit, time to its review."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reasons: dict[Id, Text] = Field(default_factory=dict, description="The officer's choices; empty: the default list.")
    minutes: int = Field(default=60, ge=5, le=480)
    per_day: int = Field(default=5, ge=1, description="Records that one officer can open in 24 hours.")
    review_within_days: int = Field(default=3, ge=1, description="After this the heads are reminded every day.")


class AccessFile(BaseModel):
    """access.yaml: purposes of looks at people's data, their limits, and emergency access."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purposes: dict[Id, Text] = Field(
        default_factory=dict, description="The officer's choices; empty: the default list."
    )
    limits: AccessLimits = AccessLimits()
    break_glass: BreakGlassLimits = BreakGlassLimits()


def load_access_file(root: Path) -> AccessFile:
    """Load access.yaml of the pack in `root`; defaults without such a file.

    Raises:
        ConfigErrors: with every error of the file.
    """
    return parse_model(read_source_file(root / FILE, root), AccessFile) if (root / FILE).exists() else AccessFile()


@lru_cache(maxsize=8)
def _access(root: Path) -> AccessFile:
    return load_access_file(root)


def access_limits() -> AccessLimits:
    """Return the limits of the running city; cached per process."""
    return _access(settings.CITY_PATH).limits


def look_purposes() -> dict[str, str]:
    """Return the purposes an officer can choose before a look: id to label in the active language."""
    own = _access(settings.CITY_PATH).purposes
    return {name: str(words) for name, words in (own or DEFAULT_LOOK_PURPOSES).items()}


def break_glass_limits() -> BreakGlassLimits:
    """Return the rules of emergency access of the running city; cached per process."""
    return _access(settings.CITY_PATH).break_glass


def emergency_reasons() -> dict[str, str]:
    """Return the reasons an officer can choose for an emergency access: id to label in the active language."""
    own = break_glass_limits().reasons
    return {name: str(words) for name, words in (own or DEFAULT_EMERGENCY_REASONS).items()}


def purpose_label(purpose: str) -> str:
    """Return the label of a purpose, or its id if the pack no longer has it."""
    lists = (
        READ_PURPOSES,
        look_purposes(),
        DEFAULT_LOOK_PURPOSES,
        dict(room_purposes.items()),
        emergency_reasons(),
        DEFAULT_EMERGENCY_REASONS,
    )
    return str(next((words[purpose] for words in lists if purpose in words), purpose))


def check_access(root: Path) -> Iterator[ConfigError]:
    """Yield the errors of access.yaml, for `./kini check pack`."""
    if not (root / FILE).exists():
        return
    try:
        source = read_source_file(root / FILE, root)
        yield from missing_translations(source, parse_model(source, AccessFile), load_city(root).languages)
    except ConfigErrors as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
