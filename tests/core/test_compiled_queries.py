"""Queries that are compiled once and run with other values."""

from typing import Any

import pytest
from django.db.models import QuerySet

from kini.core.database.compiled_queries import CompiledQuery
from kini.core.models import LimitCounter

pytestmark = pytest.mark.django_db


def test_a_query_is_run_with_the_values_of_each_call(django_assert_num_queries) -> None:
    @CompiledQuery
    def counters(key: str) -> QuerySet[LimitCounter, Any]:
        return LimitCounter.objects.filter(key=key).values_list("count")

    for number, key in enumerate(("a", "b")):
        LimitCounter.objects.create(key=key, count=number, until="2026-11-23T09:00:00Z")
    with django_assert_num_queries(3):
        assert [list(counters(key=key)) for key in ("a", "b", "c")] == [[(0,)], [(1,)], []]


def test_a_query_that_changes_a_value_is_refused() -> None:
    @CompiledQuery
    def counters(prefix: str) -> QuerySet[LimitCounter, Any]:
        return LimitCounter.objects.filter(key__startswith=prefix).values_list("count")

    with pytest.raises(TypeError, match="prefix"):
        counters(prefix="a")
