"""Eligibility: may somebody be vaccinated, when, with which vaccine, and why. Pure functions of the campaign's rules.

`dose_search` finds the first day of each vaccine; this module chooses among vaccines and series.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kini.core.dated_rules import rule_in_force
from kini.vaccination.campaigns import reasons
from kini.vaccination.campaigns.dose_schema import Choice, Series
from kini.vaccination.campaigns.dose_search import Block, DoseSearch, Option
from kini.vaccination.campaigns.reasons import Reason, reason_of
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.subject import GivenDose, Subject


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Answer of a campaign about a person on a day.

    Attributes:
        may: a dose may be given on that day.
        series, number: of the next dose; None: nothing is due any more.
        group: target group by which the person may; "": none.
        earliest: first possible day, from the asked day on; None: never, as far as rules are known.
        recommended, latest: best day, and the last one before the dose counts as missed; None: no such day.
        options: vaccines of the earliest day, best first.
        reasons: why, the deciding one first.
        name: of the dose, where the campaign has several series; "": its number says all.
    """

    may: bool
    series: str
    number: int | None
    group: str = ""
    earliest: date | None = None
    recommended: date | None = None
    latest: date | None = None
    options: tuple[Option, ...] = ()
    reasons: tuple[Reason, ...] = ()
    name: str = ""

    @property
    def is_complete(self) -> bool:
        return self.number is None


def evaluate(
    campaign: Campaign, subject: Subject, history: Iterable[GivenDose], day: date, vaccine: str | None = None
) -> Eligibility:
    """Return the eligibility for the next dose; of several series, the one that is due first.

    Args:
        history: doses that were given, of any campaign, in any order.
        vaccine: only this vaccine.

    Raises:
        LookupError: the campaign does not give that vaccine.
    """
    if vaccine is not None:
        name = campaign.series_of(vaccine)
        if name is None:
            raise LookupError(f'The campaign does not give "{vaccine}".')
        return evaluate_series(campaign, name, subject, history, day, vaccine)
    return min(schedule(campaign, subject, history, day), key=lambda each: _urgency(each, day))


def schedule(campaign: Campaign, subject: Subject, history: Iterable[GivenDose], day: date) -> list[Eligibility]:
    """Return the eligibility of every series, in the order of the file."""
    doses = list(history)
    return [evaluate_series(campaign, name, subject, doses, day) for name in campaign.series]


def together(
    campaign: Campaign, subject: Subject, history: Iterable[GivenDose], day: date, first: str = ""
) -> list[Eligibility]:
    """Return the doses that may be given on one day, the most urgent first: each beside those before it.

    Each is asked with those before it as given on that day, so that the rules decide what goes together.

    Args:
        first: series that comes before all others, if it may.
    """
    doses, possible = list(history), []
    asked = [each for each in schedule(campaign, subject, doses, day) if each.may]
    for each in sorted(asked, key=lambda each: (each.series != first, _urgency(each, day))):
        beside = evaluate_series(campaign, each.series, subject, doses, day)
        if beside.may and beside.number:
            possible.append(beside)
            doses.append(GivenDose(beside.options[0].vaccine, beside.number, day))
    return possible


def evaluate_series(
    campaign: Campaign,
    name: str,
    subject: Subject,
    history: Iterable[GivenDose],
    day: date,
    vaccine: str | None = None,
) -> Eligibility:
    """Return the eligibility for the next dose of a series."""
    series, doses = campaign.series[name], sorted(history, key=lambda dose: (dose.given_on, dose.number))
    own = [dose for dose in doses if dose.vaccine in series.vaccines]
    number = next_number(own)
    if done := _completion(series, name, subject, own, number, day):
        return Eligibility(may=False, series=name, number=None, reasons=(done,))
    search = DoseSearch(campaign, name, number, subject, own, doses)
    candidates = [
        _Candidate(index, choice, search.earliest(choice, index, day, blocks), blocks)
        for index, choice in enumerate(series.doses[number - 1].choices)
        if vaccine in (None, choice.vaccine) and search.fits(choice)
        for blocks in [search.blocks(choice, index, day)]
    ]
    possible = sorted(candidate for candidate in candidates if candidate.earliest)
    if not possible:
        because = search.refusal([candidate.blocks for candidate in candidates])
        return Eligibility(may=False, series=name, number=number, reasons=because)
    first = possible[0]
    earliest = first.earliest or day
    now = [search.option(each.choice, earliest) for each in possible if each.earliest == earliest]
    options = tuple({option.vaccine: option for option in reversed(now)}.values())[::-1]
    return Eligibility(
        may=earliest == day,
        series=name,
        number=number,
        group=next(iter(search.groups(earliest)), ""),
        earliest=earliest,
        recommended=min(option.recommended for option in options),
        latest=max((option.latest for option in options if option.latest), default=None),
        options=options,
        reasons=search.grounds(first.choice, first.index, day)
        if earliest == day
        else search.wait(first.choice, first.index, day, earliest),
        name=campaign.dose_name(name, number) if len(campaign.series) > 1 else "",
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A choice of the next dose, its first day (None: never), and what speaks against it today."""

    index: int
    choice: Choice
    earliest: date | None
    blocks: Sequence[Block]

    def __lt__(self, other: "_Candidate") -> bool:
        """Order by first day; of one day, the one against which less speaks today explains it best."""
        return self._rank < other._rank

    @property
    def _rank(self) -> tuple[date, int, int]:
        return self.earliest or date.max, len(self.blocks), self.index


def next_number(own: Sequence[GivenDose]) -> int:
    """Return the number of the next dose: doses of one day count once, and a recorded number is believed."""
    days = len({dose.given_on for dose in own})
    return max([days, *(dose.number for dose in own)], default=0) + 1


def _completion(
    series: Series, name: str, subject: Subject, own: Sequence[GivenDose], number: int, day: date
) -> Reason | None:
    """Return why no further dose is due, or None."""
    if number > len(series.doses):
        return Reason(reasons.COMPLETE, {"number": number - 1}, ("series", name))
    rules = series.doses[number - 1].not_needed
    rule = rule_in_force(rules, day)
    if rule is None or not own:
        return None
    last = own[-1]
    old = rule.from_age is None or (subject.birth_date and subject.surely_from(rule.from_age) <= last.given_on)
    young = rule.below_age is None or (subject.birth_date and last.given_on < subject.perhaps_from(rule.below_age))
    if old and young and (not rule.after or last.vaccine in rule.after):
        place = ("series", name, "doses", number - 1, "not_needed", rules.index(rule))
        return reason_of(reasons.NOT_NEEDED, rule, place, day=last.given_on)
    return None


def _urgency(each: Eligibility, day: date) -> tuple[int, date]:
    """Order of series: what may be given now and is due longest, then what comes first, then the rest."""
    if each.may:
        return 0, each.recommended or day
    if each.earliest:
        return 1, each.earliest
    return (3 if each.is_complete else 2), day
