"""Options of a running sandbox, with dated limits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TOKEN_SECONDS = 3599


@dataclass(slots=True)
class Options:
    """Options that `POST /sandbox/options` changes.

    Attributes:
        earliest: first accepted day of an event; None: by `earliest_days.yaml`.
        refuse_duplicates: an event that is here already is refused (rule 20002); False: it is stored twice.
        token_seconds: seconds for which a token holds.
        check_rules: the Ministry's rules are enforced.
    """

    earliest: date | None = None
    refuse_duplicates: bool = True
    token_seconds: int = TOKEN_SECONDS
    check_rules: bool = True

    def change(self, values: Mapping[str, Any]) -> None:
        """Set options from JSON.

        Raises:
            ValueError: for an unknown option.
        """
        if unknown := set(values) - {field.name for field in fields(self)}:
            raise ValueError(f"no such option: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, date.fromisoformat(value) if name == "earliest" and value else value)

    def earliest_on(self, day: date) -> date:
        """First accepted day of an event that is sent on a day."""
        if self.earliest:
            return self.earliest
        held = [row for row in _earliest_days() if row["since"] <= day]
        return max(held, key=lambda row: row["since"])["earliest"] if held else date.min


@cache
def _earliest_days() -> list[dict[str, date]]:
    rows: list[dict[str, date]] = yaml.safe_load((Path(__file__).parent / "earliest_days.yaml").read_text("utf-8"))
    return rows
