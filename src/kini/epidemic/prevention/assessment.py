"""Self-assessment of a disease: its questions as fields, and the result of the answers. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kini.core.localized_text import Text
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.diseases.self_assessment_schema import AssessmentLevel, SelfAssessmentRules
from kini.services.public import ChoiceField, FieldBase, MultiChoiceField

RED_FLAGS, SYMPTOMS, NONE = "red_flags", "symptoms", "none"
#: Level of a result with a red flag; the other levels are those of the disease's file.
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """An answer and the points that it gave."""

    answer: str
    points: int


@dataclass(frozen=True, slots=True)
class AssessmentResult:
    """Result of a self-assessment.

    Attributes:
        level_id: `EMERGENCY`, or a level of the rules.
        level: None in an emergency.
        red_flags: names of those that were ticked.
        scored: answers in the order of the questions; empty in an emergency, as the other questions are not asked then.
        advice: what to do, the level's first.
    """

    level_id: str
    level: AssessmentLevel | None
    points: int
    red_flags: tuple[str, ...]
    scored: tuple[ScoredAnswer, ...]
    advice: tuple[str, ...]


def red_flag_fields(disease: Disease) -> dict[str, FieldBase]:
    """Return the first question: red flags; empty for a disease without any."""
    names = {name: symptom.name for name, symptom in disease.red_flags.items()}
    return {RED_FLAGS: _ticks(_("Do you have any of these now?"), names)} if names else {}


def question_fields(disease: Disease, rules: SelfAssessmentRules) -> dict[str, FieldBase]:
    """Return the other questions: symptoms, and those of the rules."""
    names = {name: disease.symptoms[name].name for name in rules.symptoms}
    fields: dict[str, FieldBase] = {SYMPTOMS: _ticks(_("What else do you feel?"), names)}
    for name, question in rules.questions.items():
        options = {key: option.name for key, option in question.options.items()}
        fields[name] = ChoiceField(label=question.label, hint=question.hint, options=options)
    return fields


def _ticks(label: str, names: Mapping[str, Text]) -> MultiChoiceField:
    return MultiChoiceField(label=_text(label), options={**names, NONE: _text(_("None of these"))})


def _text(text: str) -> Text:
    return Text({"": text})


def assess(disease: Disease, rules: SelfAssessmentRules, answers: Mapping[str, Any]) -> AssessmentResult:
    """Return the result of answers (by field). Only the first question counts when one of its red flags is ticked."""
    flags = [str(disease.symptoms[name].name) for name in answers.get(RED_FLAGS, ()) if name != NONE]
    if flags:
        return AssessmentResult(EMERGENCY, None, 0, tuple(flags), (), (str(rules.emergency.advice),))
    scored = tuple(_scored(disease, rules, answers))
    points = sum(each.points for each in scored)
    level_id = next(name for name in reversed(rules.levels) if rules.levels[name].at_least <= points)
    level = rules.levels[level_id]
    chosen = (question.options[answers[name]] for name, question in rules.questions.items())
    advice = (*level.advice, *(option.advice for option in chosen if option.advice))
    return AssessmentResult(level_id, level, points, (), scored, tuple(map(str, advice)))


def _scored(disease: Disease, rules: SelfAssessmentRules, answers: Mapping[str, Any]) -> Iterator[ScoredAnswer]:
    ticked = [name for name in answers[SYMPTOMS] if name != NONE]
    for name in ticked:
        yield ScoredAnswer(str(disease.symptoms[name].name), rules.symptoms[name])
    if not ticked:
        yield ScoredAnswer(_("No symptoms"), 0)
    for name, question in rules.questions.items():
        option = question.options[answers[name]]
        yield ScoredAnswer(f"{question.label} {option.name}", option.points)
