"""The typed schema of the pack's vaccines.yaml and campaigns/NAME.yaml. Doses and screening have their own modules."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel
from kini.vaccination.campaigns.dose_schema import Series, Spacing, unknown_names
from kini.vaccination.campaigns.screening_schema import Contraindication, Screening
from kini.vaccination.campaigns.span import Span


class VaccineCodes(StrictModel):
    """Codes of a vaccine in other systems; "" where none is known.

    Attributes:
        cvx: of the CDC's list, used by SATUSEHAT.
        kfa, kfa_group: product and group of the Ministry's catalogue of medicines.
        hc1_product, hc1_maker, hc1_prophylaxis: of the value sets of the EU's certificates.
    """

    cvx: str = ""
    kfa: str = ""
    kfa_group: str = ""
    snomed: str = ""
    hc1_product: str = ""
    hc1_maker: str = ""
    hc1_prophylaxis: str = ""


class Vaccine(StrictModel):
    """A vaccine as it is delivered.

    Attributes:
        dose_ul, vial_ul: a full dose and the content of a vial that can be given, in microlitres.
        open_minutes: an opened vial is given within; None: until its last day.
        min_temperature, max_temperature: of storage, in degrees Celsius.
    """

    name: Text
    maker: str = ""
    dose_ul: int = Field(ge=1, le=10_000)
    vial_ul: int = Field(ge=1, le=100_000)
    open_minutes: int | None = Field(default=None, ge=1)
    min_temperature: float = 2
    max_temperature: float = 8
    codes: VaccineCodes = VaccineCodes()


class Vaccines(StrictModel):
    """The file vaccines.yaml."""

    vaccines: dict[Id, Vaccine] = Field(min_length=1)


class TargetGroup(StrictModel):
    """People for whom a campaign is.

    Attributes:
        from_age, below_age: everybody of that age belongs to it; without both, people are in it by proof.
        proof: what is brought along to show it.
        snomed: code of the target group, for exchange.
        letter: of queue numbers and quotas at sites, "" for the ordinary queue.
    """

    name: Text
    from_age: Span | None = None
    below_age: Span | None = None
    proof: Text | None = None
    snomed: str = ""
    letter: str = Field(default="", pattern=r"^[A-Z]?$")

    @property
    def by_age(self) -> bool:
        """True if age alone decides."""
        return self.from_age is not None or self.below_age is not None


class Phase(SourcedRule):
    """Groups whose turn it is from a day on. Phases apply together: a later one adds groups or doses.

    Attributes:
        doses: numbers; empty: all of them.
        own_cost: people pay for it themselves; a group that gets it free comes first.
    """

    until: date | None = None
    name: Text
    groups: tuple[Id, ...] = Field(min_length=1)
    doses: tuple[int, ...] = ()
    own_cost: bool = False


class RecoveryRule(SourcedRule):
    """Time that somebody waits after the illness, by its severity. None: not vaccinated for the time being."""

    mild: Span | None
    severe: Span | None


class NonResidentRule(SourcedRule):
    """Rule for people who live outside of the city.

    Attributes:
        share: their part of the places of a slot, in per cent.
    """

    may: bool
    share: int = Field(default=0, ge=0, le=100)


class AfterDose(SourcedRule):
    """Time of observation after a dose, and the days on which people are asked how they are.

    Attributes:
        observe_minutes, after_reaction_minutes: at the site; the second one for people who reacted to an earlier dose.
        ask_after_days: days after the dose on which they are asked.
    """

    observe_minutes: int = Field(ge=0, le=240)
    after_reaction_minutes: int = Field(ge=0, le=240)
    ask_after_days: tuple[Annotated[int, Field(ge=1, le=120)], ...] = ()


class Campaign(StrictModel):
    """A vaccination campaign: who gets which doses of which vaccines, and when.

    Attributes:
        service: of the pack, by which residents ask for it.
        keyword: first word of an SMS that registers somebody; "": not by SMS.
        disease: of the pack; its confirmed cases wait as `recovery` says.
        vaccines: of vaccines.yaml; `campaign_files` adds them.
    """

    name: Text
    about: Text
    service: Id
    keyword: str = Field(default="", pattern="^([A-Z]{4,12})?$")
    disease: Id | None = None
    groups: dict[Id, TargetGroup] = Field(min_length=1)
    phases: tuple[Phase, ...] = Field(min_length=1)
    series: dict[Id, Series] = Field(min_length=1)
    spacing: tuple[Spacing, ...] = ()
    recovery: DatedRules[RecoveryRule] = []
    non_residents: DatedRules[NonResidentRule] = []
    contraindications: dict[Id, Contraindication] = {}
    screening: DatedRules[Screening] = Field(min_length=1)
    after_dose: DatedRules[AfterDose] = Field(min_length=1)
    sources: tuple[str, ...] = Field(min_length=1)
    vaccines: dict[Id, Vaccine] = Field(default={}, exclude=True)

    def series_of(self, vaccine: str) -> str | None:
        """Return the series in which a vaccine is given; None: not in this campaign."""
        return next((name for name, series in self.series.items() if vaccine in series.vaccines), None)

    def dose_name(self, series: str, number: int) -> str:
        """Return the name of a dose; its number alone where the campaign has one series."""
        return str(self.series[series].doses[number - 1].name) if len(self.series) > 1 else str(number)

    def errors(self, vaccines: dict[str, Vaccine]) -> Iterator[tuple[KeyPath, str]]:
        """Yield what contradicts another section or the vaccines of the pack: place and message."""
        homes: dict[str, str] = {}
        for name, series in self.series.items():
            for vaccine in sorted(series.vaccines):
                if homes.setdefault(vaccine, name) != name:
                    yield ("series", name), f'"{vaccine}" is given in the series {homes[vaccine]} already'
            for place, message in series.errors(vaccines, self.groups):
                yield ("series", name, *place), message
        longest = max(len(series.doses) for series in self.series.values())
        for index, phase in enumerate(self.phases):
            yield from unknown_names(("phases", index, "groups"), phase.groups, "groups", self.groups)
            for number in phase.doses:
                if not 1 <= number <= longest:
                    yield ("phases", index, "doses"), f"there is no dose {number}; the longest series has {longest}"
        for index, spacing in enumerate(self.spacing):
            yield from unknown_names(("spacing", index, "vaccines"), spacing.vaccines, "vaccines", vaccines)
        for name, contraindication in self.contraindications.items():
            for number, rule in enumerate(contraindication.rules):
                place = ("contraindications", name, "rules", number, "vaccines")
                yield from unknown_names(place, rule.vaccines, "vaccines", vaccines)
        for index, screening in enumerate(self.screening):
            for place, message in screening.errors(vaccines, self.contraindications):
                yield ("screening", index, *place), message
