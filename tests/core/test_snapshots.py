"""States of the database that tests copy back instead of building them."""

from uuid import uuid4

import pytest

from kini.city.models import Agency
from tests.snapshots import replay

pytestmark = pytest.mark.django_db
#: Names of this process's runs, so that the first test that asks builds it.
NAME = f"two agencies {uuid4()}"
#: Calls of the builder by the test whose turns share one.
shared_calls: list[str] = []


def build(calls: list[str]) -> list[Agency]:
    calls.append("built")
    return [Agency.objects.create(id=name, name={"": name}, short_name=name) for name in ("one", "two")]


@pytest.mark.parametrize("turn", [1, 2])
def test_rows_come_back_without_the_builder(turn: int) -> None:
    agencies = replay(NAME, lambda: build(shared_calls))
    assert agencies == list(Agency.objects.order_by("pk"))
    assert shared_calls == ["built"]


@pytest.mark.parametrize("turn", [1, 2])
def test_one_follows_another_and_may_change_its_rows(turn: int) -> None:
    replay(f"{NAME} to rename", lambda: build([]))
    replay(f"{NAME} renamed", lambda: Agency.objects.filter(pk="one").update(short_name="first"))
    assert sorted(Agency.objects.values_list("short_name", flat=True)) == ["first", "two"]


def test_after_other_writes_the_builder_is_called() -> None:
    Agency.objects.create(id="three", name={"": "three"}, short_name="three")
    calls: list[str] = []
    replay(NAME, lambda: build(calls))
    assert calls == ["built"]
    assert Agency.objects.count() == 3
