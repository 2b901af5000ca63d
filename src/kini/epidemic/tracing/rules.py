"""Pure rules of tracing: risk of an exposure, terms of follow-up and quarantine, order of the work list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from kini.core.dated_rules import require_rule_in_force
from kini.epidemic.diseases.tracing_schema import FollowUpRule, Tracing


class Risk(IntEnum):
    """Level of a risk score."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure as told in an interview; ids of the disease's file, days of the city."""

    relation: str
    setting: str
    last_day: date
    first_day: date | None = None
    protections: tuple[str, ...] = ()

    @property
    def begin(self) -> date:
        return self.first_day or self.last_day


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a follow-up: last days of follow-up and quarantine (None: no quarantine), and their rule."""

    follow_up_until: date
    quarantine_until: date | None
    rule: FollowUpRule


def risk_score(tracing: Tracing, exposure: Exposure) -> int:
    """Sum the points of relation, setting and protections.

    Raises:
        LookupError: for an id that the disease's file does not have; the message names those it has.
    """
    factors = [
        _factor(tracing.relations, exposure.relation, "relation"),
        _factor(tracing.settings, exposure.setting, "setting"),
        *(_factor(tracing.protections, each, "protection") for each in exposure.protections),
    ]
    return sum(factor.score for factor in factors)


def _factor[F](known: dict[str, F], name: str, label: str) -> F:
    if name not in known:
        raise LookupError(f'There is no {label} "{name}"; there are: {", ".join(known)}.')
    return known[name]


def risk_level(tracing: Tracing, score: int) -> Risk:
    """Return the level of a score."""
    if score >= tracing.risk.high:
        return Risk.HIGH
    return Risk.MEDIUM if score >= tracing.risk.medium else Risk.LOW


def terms_of(tracing: Tracing, last_exposure_on: date) -> Terms:
    """Compute the terms of a follow-up by the rule in force on the day of the latest exposure.

    Raises:
        NoRuleInForce: before the first rule.
    """
    rule = require_rule_in_force(tracing.rules, last_exposure_on)
    quarantine = last_exposure_on + timedelta(days=rule.quarantine_days) if rule.quarantine_days else None
    return Terms(last_exposure_on + timedelta(days=rule.days), quarantine, rule)


def release_by_test(rule: FollowUpRule, last_exposure_on: date, results: Iterable[tuple[date, str]]) -> date | None:
    """Return the first day on which a test result ends the quarantine, or None.

    Args:
        results: day of the specimen and result ("pcr-negative") of the contact's tests.
    """
    earliest = last_exposure_on + timedelta(days=rule.release_after_days)
    return min((day for day, result in results if result in rule.release_test and day >= earliest), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a contact under follow-up on a day, by which the work list is ordered.

    Attributes:
        days_unseen: since the latest check that reached the contact, or since the follow-up began.
    """

    red_flag: bool
    symptoms: bool
    risk: Risk
    seen_today: bool
    days_unseen: int

    @property
    def is_due(self) -> bool:
        """True if a tracer has to act today."""
        return self.red_flag or not self.seen_today

    @property
    def rank(self) -> tuple[int, ...]:
        """Sort key: red flags, then those not seen today, by symptoms, risk and days unseen."""
        return (
            -self.red_flag,
            self.seen_today,
            -self.symptoms,
            -self.risk,
            -self.days_unseen,
        )
