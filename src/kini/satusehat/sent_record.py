"""Result of sending one record: the receipt that the outbox keeps and `NationalRecord` is updated from."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SentRecord:
    """Attributes as in `models.NationalRecord`; without resources nothing was stored."""

    state: str
    edition: int
    patient: str = ""
    resources: dict[str, str] = field(default_factory=dict)
    digest: str = ""

    def as_receipt(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)
