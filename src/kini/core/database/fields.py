"""Model fields that Django does not have."""

import json
from typing import Any

from django.db import models


class OrderedJSONField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """JSON as text, which keeps the order of keys (jsonb sorts them). For values that are never searched."""

    def get_prep_value(self, value: Any) -> Any:
        """Convert to JSON text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Parse the JSON text."""
        return None if value is None else json.loads(value)
