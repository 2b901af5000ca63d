"""Classification of a record by the disease's case definition in force on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kini.core.dated_rules import require_rule_in_force
from kini.core.localized_text import Text
from kini.epidemic.diseases.disease_files import version_of
from kini.epidemic.diseases.schema import Classification, Disease


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Facts of a record that decide on its classification.

    Attributes:
        symptoms, exposures: ids of the disease file.
        tests: results as "pcr-positive".
        outcome: id, "" while ill.
        admitted: to a hospital.
    """

    symptoms: Collection[str] = ()
    exposures: Collection[str] = ()
    tests: Collection[str] = ()
    outcome: str = ""
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class Classified:
    """A classification, the reason in words, and the rule that decided: its first day and the disease's version.

    `rule_since` is None for a decision by hand.
    """

    classification: Classification
    because: Text
    rule_since: date | None
    disease_version: str


def classify(disease: Disease, facts: RecordFacts, day: date) -> Classified | None:
    """Classify a record by the definition in force on a day; None when no rule fits: not a case yet.

    Raises:
        NoRuleInForce: before the first definition.
    """
    definition = require_rule_in_force(disease.definitions, day)
    answers: dict[str, object] = {
        "symptoms": list(facts.symptoms),
        "exposures": list(facts.exposures),
        "tests": list(facts.tests),
        "outcome": facts.outcome,
        "admitted": facts.admitted,
    }
    for name, criterion in disease.criteria.items():
        answers[name] = len(set(criterion.of) & set(facts.symptoms)) >= criterion.at_least
    for rule in definition.rules:
        if rule.when.is_met(answers):
            return Classified(rule.classify_as, rule.because, definition.since, version_of(disease))
    return None
