"""Programmes of help with their packages (programmes/*.yaml of the pack), and rules of giving (giving.yaml)."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field

from kini.city.public import Id, StrictModel, load_city
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.dated_rules import DatedRules, SourcedRule, rule_in_force
from kini.core.localized_text import Text, missing_translations
from kini.core.process_cache import cached

FOLDER = "programmes"
RULES = "giving.yaml"
BENEFICIARY_KINDS = ("rw", "orphanage", "elderly-home", "disability-home", "pesantren", "small-firm", "household")
type BeneficiaryKind = Literal[
    "rw", "orphanage", "elderly-home", "disability-home", "pesantren", "small-firm", "household"
]


class PackageLine(StrictModel):
    """One thing in a package.

    Attributes:
        quantity, unit: as "5" and "kg".
        shelf_life_days: days for which it must keep on the day of delivery; None: it does not spoil.
    """

    name: Text
    quantity: float = Field(gt=0)
    unit: Text
    shelf_life_days: int | None = Field(default=None, ge=0)


class Package(StrictModel):
    """A package: what is needed, pledged and delivered by whole numbers.

    Attributes:
        unit: a word for what is counted: "parcels", "meals".
        price: reference price of one, in whole units of the city's currency.
        money: the package is an amount of money, handed over by an aggregator.
    """

    name: Text
    unit: Text
    price: int = Field(ge=1)
    lines: list[PackageLine] = Field(min_length=1)
    money: bool = False


class GivingRule(SourcedRule):
    """Rules of giving, valid from a day on.

    Attributes:
        hold_hours: time to confirm a pledge.
        short_hold_hours: the same for a giver two of whose pledges lapsed.
        most_open: pledges that a giver may have open before the first delivery.
        deliver_days: days after the promised day from which a confirmed pledge lapses.
        costs_percent: most that an aggregator may take for costs, of the money that it received.
        most_per_hour: pledges or gifts of one account or device in an hour, above which they are held for a check.
        unusual_times: the same for a quantity so many times the usual one.
        check_hours, head_hours: time of an officer, and then of the head, to decide about what is held.
    """

    since: date = Field(alias="from")
    hold_hours: int = Field(ge=1)
    short_hold_hours: int = Field(ge=1)
    most_open: int = Field(ge=1)
    deliver_days: int = Field(ge=0)
    costs_percent: float = Field(ge=0, le=100)
    most_per_hour: int = Field(default=10, ge=1)
    unusual_times: int = Field(default=10, ge=2)
    check_hours: int = Field(default=24, ge=1)
    head_hours: int = Field(default=48, ge=1)


class Programme(StrictModel):
    """programmes/NAME.yaml.

    Attributes:
        period: name of the time within which a household is helped once.
        starts, ends: first and last day of that time.
        conditions: to which every gift must conform.
    """

    name: Text
    about: Text
    period: Annotated[str, Field(pattern=r"^[a-z0-9-]{4,40}$")]
    starts: date
    ends: date
    kinds: list[BeneficiaryKind] = Field(min_length=1)
    conditions: list[Text] = []
    packages: dict[Id, Package] = Field(min_length=1)

    def errors(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield place and message of what the schema cannot check."""
        if self.ends < self.starts:
            yield ("ends",), f"it ends on {self.ends}, before it starts; correct one of the dates"


class Giving(StrictModel):
    """giving.yaml: what holds in all programmes.

    Attributes:
        service: service of the catalogue whose start page leads to the needs.
        register: register of the bills (bills/NAME.yaml) by which gifts of money are paid; None: no money is taken.
    """

    service: Id
    register_: Id | None = Field(default=None, alias="register")
    rules: DatedRules[GivingRule] = Field(min_length=1)


def giving(root: Path | None = None) -> Giving | None:
    """Return the rules of giving of a pack (default: the running city's), cached; None without a file.

    Raises:
        ConfigErrors: the file is invalid.
    """
    return _giving(root or Path(settings.CITY_PATH))


def rule_of(day: date) -> GivingRule:
    """Rule of giving in force on a day; before the first one, the first.

    Raises:
        LookupError: the pack has no rules of giving.
    """
    known = giving()
    if known is None:
        raise LookupError(f"The pack has programmes of help, but no {RULES}.")
    return rule_in_force(known.rules, day) or known.rules[0]


def programmes(root: Path | None = None) -> dict[str, Programme]:
    """Return the programmes of a pack (default: the running city's) by id, cached.

    Raises:
        ConfigErrors: a file is invalid.
    """
    return _programmes(root or Path(settings.CITY_PATH))


def programme_of(name: str) -> Programme:
    """Return a programme.

    Raises:
        LookupError: the pack has none of that name; the message names those it has.
    """
    known = programmes()
    if name not in known:
        raise LookupError(f'There is no programme "{name}"; the pack has {", ".join(known) or "none"}.')
    return known[name]


def package_of(programme: str, package: str) -> Package | None:
    """Return a package, or None when the pack does not have it any more."""
    known = programmes().get(programme)
    return known.packages.get(package) if known else None


def check_programmes(root: Path) -> Iterable[ConfigError]:
    """Check giving.yaml and programmes/*.yaml."""
    languages = load_city(root).languages
    try:
        known = giving(root)
    except ConfigErrors as error:
        yield from error.errors
        return
    if known and known.register_ and not (root / "bills" / f"{known.register_}.yaml").exists():
        yield ConfigError(RULES, 1, "register", f"bills/{known.register_}.yaml does not exist")
    if known is None and (root / FOLDER).is_dir():
        yield ConfigError(
            RULES, 1, "", _("the file is missing; programmes of %(folder)s/ need its rules") % {"folder": FOLDER}
        )
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source, programme = _read(path, root)
        except ConfigErrors as error:
            yield from error.errors
            continue
        yield from missing_translations(source, programme, languages)
        yield from (source.error_at(place, message) for place, message in programme.errors())


@cached(maxsize=4)
def _giving(root: Path) -> Giving | None:
    path = root / RULES
    return parse_model(read_source_file(path, root), Giving) if path.exists() else None


@cached(maxsize=4)
def _programmes(root: Path) -> dict[str, Programme]:
    known: dict[str, Programme] = {}
    errors: list[ConfigError] = []
    for path in sorted((root / FOLDER).glob("*.yaml")):
        source, programme = _read(path, root)
        errors += (source.error_at(place, message) for place, message in programme.errors())
        known[path.stem] = programme
    if errors:
        raise ConfigErrors(errors)
    return known


def _read(path: Path, root: Path) -> tuple[SourceFile, Programme]:
    source = read_source_file(path, root)
    return source, parse_model(source, Programme)
