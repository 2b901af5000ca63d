"""Shorthands for the tests of the ledger."""

from collections.abc import Callable
from itertools import count

import pytest

from kini.ledger.public import record_entry


@pytest.fixture
def post(db: None) -> Callable[..., int]:
    """Record an entry with a key of its own."""
    numbers = count(1)

    def record(*lines: tuple[str, str, int], key: str = "", subject: str = "delivery:7") -> int:
        return record_entry(key=key or f"test:{next(numbers)}", subject=subject, postings=lines)

    return record
