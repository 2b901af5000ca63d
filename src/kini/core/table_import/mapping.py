"""Mapping of the columns and values of somebody else's table to ours."""

from pydantic import BaseModel, ConfigDict


class ColumnMapping(BaseModel):
    """Mapping of one table.

    Attributes:
        columns: their column, by ours.
        values: our value by theirs, by our column. A value that is not named stays as it is.
        constants: our value where their cell is empty or the column is missing, by our column.
        other: our value for every value of theirs that `values` does not name, by our column.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    other: dict[str, str] = {}

    def column(self, name: str) -> str:
        """Their column for ours."""
        return self.columns.get(name, name)

    def value(self, name: str, text: str) -> str:
        """Our value for the text of their cell, in our column `name`; empty when there is none."""
        text = self.values.get(name, {}).get(text, self.other.get(name, text))
        return text or self.constants.get(name, "")
