"""Screening before a dose: the questions of a day for a person, and what the answers mean. Pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from kini.core.config_files import KeyPath
from kini.core.dated_rules import require_rule_in_force
from kini.vaccination.campaigns.reasons import Reason, reason_of
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening_schema import Meaning, Question, ScreeningResult
from kini.vaccination.campaigns.subject import Subject

_SERIOUSNESS = list(ScreeningResult)


@dataclass(frozen=True, slots=True)
class Screened:
    """The result of a screening for one vaccine.

    Attributes:
        until: when deferred, the first day on which to come again.
        contraindications: lasting reasons that the answers showed.
        reasons: of the answers that do not go on, in the order of the questions.
        rules_since: first day of the rules that were asked.
    """

    result: ScreeningResult
    until: date | None
    contraindications: frozenset[str]
    reasons: tuple[Reason, ...]
    rules_since: date


def questions_for(campaign: Campaign, subject: Subject, day: date) -> dict[str, Question]:
    """Return the questions that a person is asked on a day, in their order.

    Raises:
        NoRuleInForce: before the first rules.
    """
    screening = require_rule_in_force(campaign.screening, day)
    return {name: question for name, question in screening.questions.items() if _concerns(question, subject, day)}


def screen(
    campaign: Campaign, subject: Subject, answers: Mapping[str, bool | float], vaccine: str, day: date
) -> Screened:
    """Return the result of answers: the most serious meaning counts.

    Raises:
        LookupError: a question for this person has no answer; the message names it.
        NoRuleInForce: before the first rules.
    """
    screening = require_rule_in_force(campaign.screening, day)
    place: KeyPath = ("screening", campaign.screening.index(screening), "questions")
    result, untils, lasting, because = ScreeningResult.GO_ON, [], set(), []
    for name, key, meaning in _meanings(questions_for(campaign, subject, day), answers):
        if meaning.vaccines and vaccine not in meaning.vaccines:
            continue
        result = max(result, meaning.result, key=_SERIOUSNESS.index)
        because.append(reason_of(meaning.because, screening, (*place, name, key)))
        if meaning.wait:
            untils.append(meaning.wait.after(day))
        if meaning.contraindication:
            lasting.add(meaning.contraindication)
    until = max(untils) if result == ScreeningResult.DEFER else None
    return Screened(result, until, frozenset(lasting), tuple(because), screening.since)


def _meanings(
    questions: Mapping[str, Question], answers: Mapping[str, bool | float]
) -> Iterator[tuple[str, str, Meaning]]:
    for name, question in questions.items():
        if name not in answers:
            raise LookupError(f'The question "{name}" has no answer.')
        key = _key(question, answers[name])
        if meaning := question.meanings.get(key):
            yield name, key, meaning


def _key(question: Question, answer: bool | float) -> str:
    if question.kind == "yes-no":
        return "yes" if answer else "no"
    low = question.at_least is not None and answer < question.at_least
    high = question.at_most is not None and answer > question.at_most
    return "outside" if low or high else "inside"


def _concerns(question: Question, subject: Subject, day: date) -> bool:
    """Return whether a person is asked; somebody whose sex or age is not known is asked everything."""
    if question.sex and subject.sex not in ("", question.sex):
        return False
    if subject.birth_date is None:
        return True
    old = question.from_age is None or subject.perhaps_from(question.from_age) <= day
    return old and (question.below_age is None or day < subject.surely_from(question.below_age))
