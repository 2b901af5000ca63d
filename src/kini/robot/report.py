"""Result of testing a service: one line of the robot's report."""

from dataclasses import dataclass


@dataclass(slots=True)
class ServiceResult:
    """Counters and failure of one service's test."""

    service: str
    kind: str
    questions: int = 0
    states: int = 0
    edges: int = 0
    refused: int = 0
    fault: str = ""

    def __str__(self) -> str:
        mark = "  FAULT" if self.fault else ""
        counts = f"{self.questions:>9} {self.states:>6} {self.edges:>6} {self.refused:>7}"
        return f"{self.service:<34} {self.kind:<13} {counts}{mark}"
