"""The pack's file health-status.yaml: colours by dated rules, and from which day on a colour is refused at gates."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from django.conf import settings
from pydantic import Field, model_validator

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, KeyPath, SourceFile, parse_model, read_source_file
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached
from kini.epidemic.public import diseases
from kini.services.public import Id, StrictModel
from kini.vaccination.campaigns.campaign_files import campaigns

FILE = "health-status.yaml"
#: Place, message and remedy.
type Fault = tuple[KeyPath, str, str]
Colour = Literal["green", "yellow", "red", "black"]


class Condition(StrictModel):
    """Facts that must all hold. "Within n days" of a day: it is less than n days ago.

    Attributes:
        doses: at least so many; a vaccine given once counts as two.
        negative_within_days: days by test of the disease: {antigen: 1, pcr: 3}; any of them.
    """

    from_age: int | None = Field(default=None, ge=0)
    below_age: int | None = Field(default=None, ge=1)
    doses: int | None = Field(default=None, ge=1)
    positive_within_days: int | None = Field(default=None, ge=1)
    contact_within_days: int | None = Field(default=None, ge=1)
    recovered_within_days: int | None = Field(default=None, ge=1)
    negative_within_days: dict[Id, int] = {}


class ColourRule(StrictModel):
    """One colour with its condition (none: always) and the sentence that the person reads."""

    colour: Colour
    when: Condition = Condition()
    because: Text


class StatusVersion(SourcedRule):
    """Rules in force from a day on: the first one that holds decides.

    Attributes:
        refuse: colours that do not enter venues; none: all enter.
        refuse_at: further colours that do not enter venues of a kind, by kind: {cinema: [yellow, red]}. At all other
            kinds `refuse` alone decides.
    """

    until: date | None = None
    refuse: tuple[Colour, ...] = ()
    refuse_at: dict[Id, tuple[Colour, ...]] = {}
    rules: tuple[ColourRule, ...] = Field(min_length=1)

    @property
    def signs_decide(self) -> bool:
        """True when illness and contacts alone decide about the colours that are refused."""
        refused = [number for number, rule in enumerate(self.rules) if rule.colour in self.refuse]
        asked = [rule.when.model_dump(exclude_defaults=True) for rule in self.rules[: max(refused, default=-1) + 1]]
        return all(each and each.keys() <= {"positive_within_days", "contact_within_days"} for each in asked)

    def errors(self, file: "StatusFile", kinds: Collection[str], tests: Collection[str]) -> Iterator[Fault]:
        """Yield what the file or the disease do not know, and what refuses nobody: place, message, remedy."""
        for kind, colours in self.refuse_at.items():
            place, refused = ("refuse_at", kind), sorted({*colours} & {*self.refuse})
            if kind not in kinds:
                yield place, "the disease has no such kind of venue", f"Use one of {', '.join(sorted(kinds))}."
            if not colours:
                yield place, "no colour is named, so nobody is refused", "Name colours, or leave the kind out."
            if refused:
                message = f"{', '.join(refused)} is refused everywhere already"
                yield place, message, "Leave it out here, or take it out of `refuse`."
        for number, rule in enumerate(self.rules):
            if rule.colour not in file.colours:
                yield ("rules", number, "colour"), f"{rule.colour} has no name", "Add it to `colours`."
            for test in rule.when.negative_within_days.keys() - {*tests}:
                where = ("rules", number, "when", "negative_within_days", test)
                yield where, "the disease has no such test", f"Use one of {', '.join(sorted(tests))}."

    @model_validator(mode="after")
    def _ends_with_a_rule_for_all(self) -> "StatusVersion":
        if self.rules[-1].when != Condition():
            raise ValueError("the last rule needs no condition, so that everybody has a colour")
        return self


class StatusFile(StrictModel):
    """The file.

    Attributes:
        single_dose: vaccines of which one dose is a complete series.
    """

    campaign: Id
    disease: Id
    single_dose: tuple[Id, ...] = ()
    colours: dict[Colour, Text]
    versions: DatedRules[StatusVersion] = Field(min_length=1)


def status_file(root: Path | None = None) -> StatusFile | None:
    """Return the file of a pack (default: the running city's), cached; None without one.

    Raises:
        ConfigErrors: it is invalid.
    """
    return _file(root or Path(settings.CITY_PATH))


@cached(maxsize=4)
def _file(root: Path) -> StatusFile | None:
    read = _read(root)
    return read[1] if read else None


def _read(root: Path) -> tuple[SourceFile, StatusFile] | None:
    if not (root / FILE).exists():
        return None
    source = read_source_file(root / FILE, root)
    return source, parse_model(source, StatusFile)


def check_status(root: Path) -> Iterable[ConfigError]:
    """Check health-status.yaml."""
    try:
        languages, read = load_city(root).languages, _read(root)
    except ConfigErrors as error:
        yield from error.errors
        return
    if read is None:
        return
    source, file = read
    yield from missing_translations(source, file, languages)
    try:
        faults = list(_faults(file, root))
    except ConfigErrors:
        return  # in other files, whose checks name them
    for place, message, remedy in faults:
        yield source.error_at(place, message, remedy)


def _faults(file: StatusFile, root: Path) -> Iterator[Fault]:
    if file.campaign not in (known := campaigns(root)):
        yield ("campaign",), "the pack has no such campaign", f"Use one of {', '.join(known) or 'none'}."
    disease = (every := diseases(root)).get(file.disease)
    if disease is None:
        yield ("disease",), "the pack has no such disease", f"Use one of {', '.join(every) or 'none'}."
        return
    kinds = disease.venues.kinds if disease.venues else {}
    for number, version in enumerate(file.versions):
        for place, message, remedy in version.errors(file, kinds, disease.tests):
            yield ("versions", number, *place), message, remedy
