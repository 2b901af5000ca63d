"""OperationOutcomes of SATUSEHAT as problems: what it refused by which rule, as a sentence, and where to correct it.

Texts of an outcome may repeat what was sent, so only rule number, code and path of each issue are stored. Rules are
those of the Ministry's dictionary of validation ("kamus validasi").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RULE = re.compile(r"RuleNumber:?\s*(\d{5})")
#: An element's path, as in "Immunization.performer[0].actor".
PATH = re.compile(r"[A-Za-z]{2,40}(?:\.[A-Za-z]{1,40}(?:\[[0-9x]{1,3}\])?){0,8}")
MOST_ISSUES = 20
DUPLICATE = "20002"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a record was not accepted, by SATUSEHAT or by Kini before it was sent.

    Attributes:
        rule: number of the Ministry's rule; "" where there is none.
        code: code of the issue ("value", "duplicate" ...), or of Kini's own reason (`OWN`).
        path: element of the resource; "" where it is not named.
    """

    rule: str = ""
    code: str = ""
    path: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it for a JSON column."""
        return {"rule": self.rule, "code": self.code, "path": self.path}


@dataclass(frozen=True, slots=True)
class Advice:
    """Sentence about a problem, and what to correct: `dose`, `person`, `site`, `officer`, `operator` (the set-up)."""

    sentence: str | Promise
    correct: str


OWN: Mapping[str, Advice] = {
    "identity-differs": Advice(
        gettext_lazy(
            "The national record with this NIK has another name, birth date or sex. Compare the NIK with the identity"
            " card; if the dose belongs to somebody else, move it to the right person."
        ),
        "person",
    ),
    "several-patients": Advice(
        gettext_lazy(
            "SATUSEHAT has several people with this name, birth date and sex. Add the NIK, so that the dose reaches the"
            " right one."
        ),
        "person",
    ),
    "number-of-another": Advice(
        gettext_lazy(
            "Another person here has the same IHS number. Compare the two: they may be one person, and are then merged."
        ),
        "person",
    ),
    "no-number": Advice(
        gettext_lazy(
            "SATUSEHAT takes nobody without a number. Add the NIK or passport; for a newborn, the mother with her NIK"
            " in the family."
        ),
        "person",
    ),
    "person-incomplete": Advice(gettext_lazy("Name, birth date, sex or place of residence is missing."), "person"),
    "no-practitioner": Advice(
        gettext_lazy(
            "SATUSEHAT does not know the vaccinator. Add the vaccinator's NIK to the profile, or ask the operator to"
            " enter the practitioner number."
        ),
        "officer",
    ),
    "no-vaccine-code": Advice(
        gettext_lazy("The vaccine has no code of the KFA in the city's files. The operator adds it."), "operator"
    ),
    "no-disease-code": Advice(
        gettext_lazy("The disease has no code of ICD-10 in the city's files. The operator adds it."), "operator"
    ),
    "no-test-code": Advice(
        gettext_lazy("The test has no code of LOINC, or its result none of SNOMED, in the city's files."), "operator"
    ),
    "no-consent": Advice(gettext_lazy("The consent was withdrawn before the doses were fetched."), "person"),
    "gave-up": Advice(gettext_lazy("SATUSEHAT could not be reached for 30 days. Send it again."), "operator"),
}
_PERSON = {
    "10166": gettext_lazy("The person has no identity number. Add the NIK."),
    "10167": gettext_lazy("The order of birth of twins is missing."),
    "10168": gettext_lazy("The person's name is missing."),
    "10333": gettext_lazy("The place of residence is missing."),
    "10397": gettext_lazy("The birth date is missing, or only its year is known."),
    "10413": gettext_lazy("The person's sex is missing."),
    "10155": gettext_lazy("The person is not known at SATUSEHAT. Check the NIK."),
    "10118": gettext_lazy("The person is not known at SATUSEHAT. Check the NIK."),
    "10370": gettext_lazy("The person is not known at SATUSEHAT. Check the NIK."),
}
_DOSE = {
    "10103": gettext_lazy("The vaccine's code is not accepted. Check which vaccine was given."),
    "10156": gettext_lazy("The time of the dose is missing or not accepted."),
    "10306": gettext_lazy("The lot number is missing."),
    "10307": gettext_lazy("The lot had expired on the day of the dose, or its last day is missing. Check the lot."),
    "10456": gettext_lazy("The number of the dose is missing; it begins with 1."),
    "10450": gettext_lazy("The number of the dose in its series is not accepted."),
    "10820": gettext_lazy("An adverse event is named that SATUSEHAT does not have."),
    "10819": gettext_lazy("The time of the adverse event is not accepted."),
    "10297": gettext_lazy("An answer of the screening has a code that is not accepted."),
    "10331": gettext_lazy("A measured value, such as the temperature, is not a number."),
    "10665": gettext_lazy("An answer of the screening has a code that is not accepted."),
    "10121": gettext_lazy("The end of the visit is missing."),
    "10123": gettext_lazy("The beginning of the visit is missing."),
    "10173": gettext_lazy("The visit ends before it begins, or in the future. Check the time of the dose."),
}
_SITE = {
    "10120": gettext_lazy("The site is not known at SATUSEHAT."),
    "10305": gettext_lazy("The site is not known at SATUSEHAT."),
    "10124": gettext_lazy("The facility is not known at SATUSEHAT."),
}
_OFFICER = {
    "10119": gettext_lazy("The vaccinator is not known at SATUSEHAT."),
    "10294": gettext_lazy("The vaccinator is not known at SATUSEHAT."),
    "10383": gettext_lazy("The vaccinator is not known at SATUSEHAT."),
    "10399": gettext_lazy("The vaccinator is not known at SATUSEHAT."),
    "10371": gettext_lazy("The vaccinator is not known at SATUSEHAT."),
}
_OPERATOR = {
    "10117": gettext_lazy("The organization number in the configuration is not that of these keys."),
    "20003": gettext_lazy("These keys may not send records of this type. Ask the Ministry to extend their access."),
    "20004": gettext_lazy("This type of facility may not send records of this type."),
    "20007": gettext_lazy("A record that this one refers to does not exist at SATUSEHAT any more."),
    DUPLICATE: gettext_lazy("SATUSEHAT has this record already. Comparing both sides shows which one."),
}
ADVICE: Mapping[str, Advice] = {
    rule: Advice(sentence, correct)
    for correct, sentences in (
        ("person", _PERSON),
        ("dose", _DOSE),
        ("site", _SITE),
        ("officer", _OFFICER),
        ("operator", _OPERATOR),
    )
    for rule, sentence in sentences.items()
}
#: What to correct by the first element of a path, for rules without a sentence of their own.
_BY_RESOURCE = {
    "Patient": "person",
    "Practitioner": "officer",
    "Location": "site",
    "Immunization": "dose",
    "Observation": "dose",
    "QuestionnaireResponse": "dose",
}


def problems_of(outcome: Any) -> list[Problem]:
    """Read an OperationOutcome, or anything that came in its place; at most 20 issues, each once."""
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    found = dict.fromkeys(_problem(each) for each in issues or [] if isinstance(each, dict))
    return list(found)[:MOST_ISSUES] or [Problem(code="unreadable")]


def _problem(issue: Mapping[str, Any]) -> Problem:
    details = issue.get("details")
    texts = [issue.get("diagnostics"), details.get("text") if isinstance(details, dict) else None]
    rule = next((match[1] for text in texts if isinstance(text, str) and (match := RULE.search(text))), "")
    expression = issue.get("expression")
    first = expression[0] if isinstance(expression, list) and expression else ""
    path = first if isinstance(first, str) and PATH.fullmatch(first) else ""
    code = issue.get("code")
    return Problem(rule, code[:30] if isinstance(code, str) else "", path)


def from_json(stored: Iterable[Mapping[str, str]]) -> list[Problem]:
    """Read problems from a JSON column."""
    return [Problem(each["rule"], each["code"], each["path"]) for each in stored]


def advice_on(problem: Problem) -> Advice:
    """Return the sentence about a problem and what to correct, in the active language."""
    known = ADVICE.get(problem.rule) or OWN.get(problem.code)
    if known:
        return Advice(str(known.sentence), known.correct)
    if problem.path:
        place = _BY_RESOURCE.get(problem.path.split(".")[0], "operator")
        return Advice(_("SATUSEHAT does not accept “%(path)s”.") % {"path": problem.path}, place)
    if problem.rule:
        return Advice(_("SATUSEHAT refused it by its rule %(rule)s.") % {"rule": problem.rule}, "operator")
    return Advice(_("SATUSEHAT refused it without a reason that can be read."), "operator")
