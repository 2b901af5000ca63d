"""Refusals of a visit's entry: each has a code by which pages and phones offer what can be done."""

from kini.core.actors import ActionRefused

#: What is wrong, by code.
CANCELLED, RECORDED, IDENTITY, SCREENING = "cancelled", "recorded", "identity", "screening"
CONTRAINDICATED, NOT_ELIGIBLE, LOT, INVALID = "contraindicated", "not-eligible", "lot", "invalid"


class VisitRefused(ActionRefused):
    """The entry cannot be recorded as it is; the message says why and what to do.

    Attributes:
        code: of this module.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
