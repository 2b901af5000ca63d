"""Issues of a refused request, and the OperationOutcome that tells them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Issue:
    """One error of a request.

    Attributes:
        rule: number of the Ministry's rule; 0: none.
        expression: path of the element; empty: the request.
        code: issue type of FHIR.
    """

    rule: int
    text: str
    expression: str = ""
    code: str = "value"

    def as_fhir(self) -> dict[str, Any]:
        text = f"{self.text} (RuleNumber: {self.rule})" if self.rule else self.text
        issue: dict[str, Any] = {"severity": "error", "code": self.code, "details": {"text": text}}
        return issue | {"expression": [self.expression]} if self.expression else issue


class Refused(Exception):
    """The request cannot be done; carries the status of the answer and its issues."""

    def __init__(self, status: int, *issues: Issue) -> None:
        self.status = status
        self.issues = issues
        super().__init__("; ".join(issue.text for issue in issues))


def operation_outcome(issues: Sequence[Issue]) -> dict[str, Any]:
    """Resource that tells the issues."""
    return {"resourceType": "OperationOutcome", "issue": [issue.as_fhir() for issue in issues]}
