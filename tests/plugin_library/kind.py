"""The kind `loan`: something is lent for some days, may be renewed so often, and is brought back."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from kini.cases.models import Case, Draft, TimelineEntry
from kini.core.actors import ActionRefused
from kini.services.fields.base import StrictModel
from kini.services.kinds import Kind, TemplatePart
from kini.services.snapshots import snapshot_of


class LoanOptions(StrictModel):
    days: int = Field(ge=1, description="How long one loan lasts.")
    renewals: int = Field(default=1, ge=0, description="How often it may be renewed.")


class Loan(Kind[LoanOptions, Case, Draft]):
    """A loan from the library."""

    id = "loan"
    label = "Loan"
    verb = "Borrow"
    Options = LoanOptions

    def validate_move(self, case: Case, move: str, given: dict[str, Any]) -> None:
        """Renew only as often as the service allows."""
        if move == "renew" and _renewed(case) >= self._of(case).renewals:
            raise ActionRefused("This book has been renewed as often as possible. Bring it back, please.")

    def panel(self, case: Case) -> TemplatePart | None:
        """When the book must be back."""
        return ("plugin_library/panel.html", {"back": self.back(case)}) if case.state == "lent" else None

    def back(self, case: Case) -> datetime:
        """The day on which the loan ends, renewals included."""
        lent = TimelineEntry.objects.filter(case=case, move="hand_out").order_by("number").latest("number")
        return lent.at + timedelta(days=self._of(case).days * (1 + _renewed(case)))

    def _of(self, case: Case) -> LoanOptions:
        return self.options(snapshot_of(case.version).definition)


def _renewed(case: Case) -> int:
    return TimelineEntry.objects.filter(case=case, move="renew").count()
