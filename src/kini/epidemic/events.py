"""Events of this room. Its parts subscribe to each other's, as rooms above do."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PositiveResult(Event):
    """A laboratory test got its positive result, for the first time or by a correction.

    Attributes:
        test, case, person: ids of `LabTest`, `CaseRecord` and `Person` at that moment.
    """

    name: ClassVar[str] = "epidemic.positive_result"
    test: int
    case: int
    person: int
    disease: str


@dataclass(frozen=True, slots=True)
class ResultRecorded(Event):
    """A laboratory test got a result, another one, or lost it by a correction.

    Attributes:
        test: id of `LabTest`.
        source: of the record.
    """

    name: ClassVar[str] = "epidemic.result_recorded"
    test: int
    source: str


@dataclass(frozen=True, slots=True)
class CaseClassified(Event):
    """A case record was classified, by rule or by hand.

    Attributes:
        case: id of `CaseRecord`.
        before: earlier classification; "" for a new record.
        source: of the record.
    """

    name: ClassVar[str] = "epidemic.case_classified"
    case: int
    disease: str
    classification: str
    before: str
    source: str = ""
