"""Columns that Django does not have."""

import json
from typing import Any

from django.db import models


class OrderedJSON(models.TextField):
    """JSON whose keys stay in the order in which they were written: jsonb would sort them.

    For what is read as a whole, and never searched.
    """

    def get_prep_value(self, value: Any) -> Any:
        """JSON text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The value that the text says."""
        return None if value is None else json.loads(value)
