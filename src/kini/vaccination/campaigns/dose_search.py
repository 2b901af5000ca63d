"""Search for the first day on which a vaccine may be a person's next dose.

One test decides, `blocks`: everything that speaks against a choice on a day. As no other function decides, no dose can
be offered before its minimum age or interval.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise

from kini.core.config_files import KeyPath
from kini.core.dated_rules import rule_in_force
from kini.core.localized_text import Text
from kini.vaccination.campaigns import reasons
from kini.vaccination.campaigns.dose_schema import Choice, ChoiceRule
from kini.vaccination.campaigns.reasons import Reason, reason_of
from kini.vaccination.campaigns.schema import Campaign, Phase
from kini.vaccination.campaigns.subject import GivenDose, Subject


@dataclass(frozen=True, slots=True)
class Option:
    """A vaccine that may be given, its volume in microlitres, and the days between which it should be."""

    vaccine: str
    volume_ul: int
    earliest: date
    recommended: date
    latest: date | None


@dataclass(frozen=True, slots=True)
class Block:
    """A reason against a choice on a day. `until`: the first day without it under the same rules; None: not known."""

    reason: Reason
    until: date | None = None


@dataclass(frozen=True, slots=True)
class DoseSearch:
    """The search for the first day of a dose.

    Attributes:
        own, doses: doses of the series, and all doses, by day.
    """

    campaign: Campaign
    series: str
    number: int
    subject: Subject
    own: Sequence[GivenDose]
    doses: Sequence[GivenDose]

    def fits(self, choice: Choice) -> bool:
        """Return True for a choice that follows the dose before and is for the person's sex (if that is known)."""
        follows = not choice.after or (bool(self.own) and self.own[-1].vaccine in choice.after)
        return follows and (not choice.sex or self.subject.sex in ("", choice.sex))

    def earliest(self, choice: Choice, index: int, day: date, blocks: Sequence[Block]) -> date | None:
        """Return the first day without a block, from `day` on, whose blocks these are; None: never under known rules.

        Each step goes to the day on which all blocks have ended, or to the next day on which any rule or group by age
        changes: there are finitely many of both, so that the search ends.
        """
        changes: list[date] | None = None
        while blocks:
            if changes is None:
                changes = sorted(change for change in self._changes(choice) if change > day)
            untils = [block.until for block in blocks]
            ends = max(until for until in untils if until) if all(untils) else None
            following = next((change for change in changes if change > day), None)
            days = [each for each in (ends, following) if each]
            if not days:
                return None
            day = min(days)
            blocks = self.blocks(choice, index, day)
        return day

    def _changes(self, choice: Choice) -> Iterator[date]:
        rules = [*choice.rules, *self.campaign.phases, *self.campaign.recovery, *self.campaign.non_residents]
        rules += [rule for spacing in self.campaign.spacing for rule in spacing.rules]
        rules += [rule for each in self.campaign.contraindications.values() for rule in each.rules]
        for rule in rules:
            yield rule.since
            until: date | None = getattr(rule, "until", None)
            if until:
                yield until + timedelta(days=1)
        yield from self.subject.birthdays(self.campaign)

    def blocks(self, choice: Choice, index: int, day: date) -> list[Block]:
        """Return everything that speaks against a choice on a day."""
        if self.subject.birth_date is None:
            return [Block(Reason(reasons.NO_BIRTH_DATE))]
        person = [self._phase(day), self._residence(day), self._recovery(day), self._contraindication(choice, day)]
        apart = self._spacing(choice, day)
        return [block for block in (*person, *apart, *self._choice(choice, index, day)) if block]

    def place(self, choice_index: int, rule_index: int) -> KeyPath:
        return ("series", self.series, "doses", self.number - 1, "choices", choice_index, "rules", rule_index)

    def groups(self, day: date) -> list[str]:
        """Groups of the person whose turn it is, in the order of the file; those that pay for themselves last."""
        free = self._named(day, own_cost=False)
        paying = self._named(day, own_cost=True) - free
        own = list(self.subject.groups_on(self.campaign, day))
        return [group for group in own if group in free] + [group for group in own if group in paying]

    def _named(self, day: date, *, own_cost: bool) -> set[str]:
        return {group for _at, phase in self._phases(day) if phase.own_cost == own_cost for group in phase.groups}

    def _phases(self, day: date) -> list[tuple[int, Phase]]:
        return [
            (index, phase)
            for index, phase in enumerate(self.campaign.phases)
            if phase.since <= day
            and (phase.until is None or day <= phase.until)
            and (not phase.doses or self.number in phase.doses)
        ]

    def _phase(self, day: date) -> Block | None:
        if self.groups(day):
            return None
        phases = self._phases(day)
        if not phases:
            return Block(Reason(reasons.NOBODYS_TURN))
        index, phase = max(phases, key=lambda each: each[1].since)
        named = {group for _index, each in phases for group in each.groups}
        return Block(reason_of(reasons.TURN_LATER, phase, ("phases", index), groups=self._names(named)))

    def _names(self, groups: set[str]) -> str:
        return ", ".join(str(group.name) for key, group in self.campaign.groups.items() if key in groups)

    def _residence(self, day: date) -> Block | None:
        rule = rule_in_force(self.campaign.non_residents, day)
        if self.subject.resident or rule is None or rule.may:
            return None
        place = ("non_residents", self.campaign.non_residents.index(rule))
        return Block(reason_of(reasons.NOT_RESIDENT, rule, place))

    def _recovery(self, day: date) -> Block | None:
        rule = rule_in_force(self.campaign.recovery, day)
        recovered = self.subject.recovered_on
        if rule is None or recovered is None:
            return None
        place: KeyPath = ("recovery", self.campaign.recovery.index(rule))
        wait = rule.mild if self.subject.severity == "mild" else rule.severe
        if wait is None:
            return Block(reason_of(reasons.RECOVERED_LATER, rule, place))
        end = wait.after(recovered)
        return _until(day, end, reason_of(reasons.RECOVERED, rule, place, wait=wait, **{"from": end}))

    def _contraindication(self, choice: Choice, day: date) -> Block | None:
        for name, contraindication in self.campaign.contraindications.items():
            rule = rule_in_force(contraindication.rules, day)
            if rule is None or name not in self.subject.contraindications:
                continue
            if not rule.vaccines or choice.vaccine in rule.vaccines:
                place = ("contraindications", name, "rules", contraindication.rules.index(rule))
                return Block(reason_of(rule.because, rule, place))
        return None

    def _spacing(self, choice: Choice, day: date) -> Iterator[Block | None]:
        for index, spacing in enumerate(self.campaign.spacing):
            rule = rule_in_force(spacing.rules, day)
            if rule is None or (spacing.vaccines and choice.vaccine not in spacing.vaccines):
                continue
            others = [
                dose.given_on
                for dose in self.doses
                if dose not in self.own
                and dose.given_on != day
                and (not spacing.vaccines or dose.vaccine in spacing.vaccines)
            ]
            if others:
                end = rule.apart.after(max(others))
                place = ("spacing", index, "rules", spacing.rules.index(rule))
                yield _until(day, end, reason_of(reasons.APART, rule, place, wait=rule.apart, **{"from": end}))

    def _choice(self, choice: Choice, index: int, day: date) -> Iterator[Block | None]:
        rule = rule_in_force(choice.rules, day)
        name = self._name(choice.vaccine)
        if rule is None or rule.withdrawn:
            values = {"vaccine": name, "number": self.number}
            if rule is None:
                yield Block(Reason(reasons.NOT_GIVEN_YET, values))
            else:
                place = self.place(index, choice.rules.index(rule))
                yield Block(reason_of(reasons.NOT_GIVEN_YET, rule, place, **values))
            return
        place = self.place(index, choice.rules.index(rule))
        if rule.groups and not set(rule.groups) & set(self.subject.groups_on(self.campaign, day)):
            names = ", ".join(str(self.campaign.groups[group].name) for group in rule.groups)
            yield Block(reason_of(reasons.OTHER_GROUP, rule, place, vaccine=name, groups=names))
        if rule.min_age:
            begin = self.subject.surely_from(rule.min_age)
            yield _until(
                day,
                begin,
                reason_of(reasons.TOO_YOUNG, rule, place, vaccine=name, age=rule.min_age, **{"from": begin}),
            )
        if rule.below_age and day >= self.subject.perhaps_from(rule.below_age):
            yield Block(reason_of(reasons.TOO_OLD, rule, place, vaccine=name, age=rule.below_age))
        if rule.interval and self.own:
            begin = rule.interval.min.after(self.own[-1].given_on)
            yield _until(day, begin, self._interval_reason(reasons.TOO_SOON, rule, place, begin))

    def _interval_reason(self, template: Promise | str, rule: ChoiceRule, place: KeyPath, begin: date) -> Reason:
        values: dict[str, Any] = {"number": self.number, "day": self.own[-1].given_on, "from": begin}
        if rule.interval:
            values["interval"] = rule.interval.min
        return reason_of(template, rule, place, **values)

    def _name(self, vaccine: str) -> Text | str:
        known = self.campaign.vaccines.get(vaccine)
        return known.name if known else vaccine

    def option(self, choice: Choice, earliest: date) -> Option:
        """Return the choice as an option with its best and last day."""
        rule = rule_in_force(choice.rules, earliest)
        assert rule is not None  # noqa: S101 - `earliest` has no block, so that a rule is in force
        full = self.campaign.vaccines[choice.vaccine].dose_ul if choice.vaccine in self.campaign.vaccines else 0
        wanted, lasts = [earliest], []
        if rule.recommended_age:
            wanted.append(self.subject.surely_from(rule.recommended_age))
        if rule.below_age:
            lasts.append(self.subject.perhaps_from(rule.below_age) - timedelta(days=1))
        if rule.interval and self.own:
            previous = self.own[-1].given_on
            if rule.interval.recommended:
                wanted.append(rule.interval.recommended.after(previous))
            if rule.interval.max:
                lasts.append(rule.interval.max.after(previous))
        return Option(choice.vaccine, rule.volume_ul or full, earliest, max(wanted), min(lasts, default=None))

    def grounds(self, choice: Choice, index: int, day: date) -> tuple[Reason, ...]:
        """Return the rules that let a choice be given on a day."""
        group = self.groups(day)[0]
        phases = [(at, phase) for at, phase in self._phases(day) if group in phase.groups]
        at, phase = max(phases, key=lambda each: each[1].since)
        whom = self.campaign.groups[group].name
        if phase.own_cost:
            free = self._names(self._named(day, own_cost=False))
            because = [reason_of(reasons.TURN_OWN_COST, phase, ("phases", at), group=whom, groups=free)]
        else:
            because = [reason_of(reasons.TURN, phase, ("phases", at), group=whom)]
        rule = rule_in_force(choice.rules, day)
        if rule is not None:
            place = self.place(index, choice.rules.index(rule))
            if rule.interval and self.own:
                because.append(self._interval_reason(reasons.INTERVAL_OVER, rule, place, day))
            elif rule.min_age:
                name = self._name(choice.vaccine)
                because.append(reason_of(reasons.OLD_ENOUGH, rule, place, vaccine=name, age=rule.min_age))
        return tuple(because)

    def refusal(self, candidates: Sequence[Sequence[Block]]) -> tuple[Reason, ...]:
        """Return the reasons for which there is no day at all: those that time does not end, of all choices if any."""
        if not candidates:
            previous = self._name(self.own[-1].vaccine) if self.own else "-"
            return (Reason(reasons.NO_VACCINE, {"number": self.number, "previous": previous}),)
        lasting = [unique(block.reason for block in blocks if block.until is None) for blocks in candidates]
        common = [reason for reason in lasting[0] if all(reason in others for others in lasting)]
        return unique(common or [reason for each in lasting for reason in each])

    def wait(self, choice: Choice, index: int, day: date, earliest: date) -> tuple[Reason, ...]:
        """Return why a choice has to wait until its earliest day, with the rule that begins until then."""
        blocks = self.blocks(choice, index, day)
        rule = rule_in_force(choice.rules, earliest)
        because = [block.reason for block in blocks]
        if rule is not None and rule.since > day:
            place = self.place(index, choice.rules.index(rule))
            because.append(reason_of(reasons.NEW_RULE, rule, place, since=rule.since))
        return unique(because)


def _until(day: date, end: date, reason: Reason) -> Block | None:
    return Block(reason, end) if day < end else None


def unique(each: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return reasons without those of the same rule and sentence; several vaccines often have the same ones."""
    by_text = {(reason.rule[:2], reason.sentence): reason for reason in each}
    return tuple(by_text.values())
