"""Loads of tables: the difference is what was counted, a run is recorded, and undoing it brings back every row."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.city.models import Agency
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.core.models import AuditEntry, ImportChange, ImportRun
from kini.core.retention import apply, rules
from kini.core.table_import import Table
from kini.core.table_import.loading import Target, load, undo
from kini.payments.models import Bill

pytestmark = pytest.mark.django_db
BY = system("test")
COLUMNS = ("object", "period", "principal", "due_on")


@pytest.fixture
def target(db) -> Target:
    agency = Agency.objects.get_or_create(id="taxes", name={"en": "Taxes"}, short_name="T")[0]
    Bill.objects.create(register="other", object="A1", period="1", agency=agency, principal=9, due_on=date(2026, 1, 1))
    return Target(
        Bill,
        key=COLUMNS[:2],
        fields=COLUMNS[2:],
        scope={"register": "tax"},
        defaults={"agency": agency.pk, "made_up": False, "created_at": timezone.now()},
        whole=True,
    )


def bring(target: Target, lines: list[tuple[str, int]], **options) -> ImportRun:
    content = "object,period,principal,due_on\n" + "".join(f"{name},2026,{n},2026-01-31\n" for name, n in lines)
    table = Table("bills.csv", content.encode())
    parsed = table.read(lambda row: [row.text(name) for name in COLUMNS])
    return load(by=BY, target=target, table=table, rows=((row.line, row.value) for row in parsed), **options)


def stored() -> dict[str, int]:
    return dict(Bill.objects.filter(register="tax").values_list("object", "principal"))


def everything() -> list[dict]:
    return list(Bill.objects.order_by("pk").values())


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.added, run.changed, run.removed, run.unchanged


def test_the_difference_is_applied_recorded_and_undone(target):
    first = bring(target, [("A1", 1), ("A2", 2), ("A3", 3)])
    assert counts(first) == (3, 0, 0, 0)
    before = everything()
    run = bring(target, [("A1", 1), ("A2", 5), ("A4", 4)])
    assert counts(run) == (1, 1, 1, 1)
    assert stored() == {"A1": 1, "A2": 5, "A4": 4}
    assert (run.actor_name, run.file, run.total, run.scope) == ("test", "bills.csv", 3, {"register": "tax"})
    assert len(run.sha256) == 64
    undo(by=BY, run=run)
    assert everything() == before
    assert AuditEntry.objects.filter(action="core.import-undone", subject=f"import:{run.pk}").exists()
    with pytest.raises(ActionRefused, match="already"):
        undo(by=BY, run=run)
    undo(by=BY, run=first)
    assert Bill.objects.get().register == "other"


def test_a_dry_run_counts_the_same_and_stores_nothing(target):
    bring(target, [("A1", 1), ("A2", 2)])
    before, runs = everything(), ImportRun.objects.count()
    run = bring(target, [("A2", 3), ("A3", 3)], dry_run=True)
    assert counts(run) == (1, 1, 1, 0)
    assert (run.pk, everything(), ImportRun.objects.count()) == (None, before, runs)


def test_a_key_that_stands_twice_is_an_error_of_the_later_row(target):
    run = bring(target, [("A1", 1), ("A2", 2), ("A1", 3)])
    assert stored() == {"A1": 1, "A2": 2}
    assert run.faulty == 1
    [error] = run.errors
    assert (error["line"], error["column"]) == (4, "object, period")
    assert "line 2" in error["message"]


def test_frozen_rows_and_rows_that_a_file_need_not_name_stay(target):
    bring(target, [("A1", 1), ("A2", 2), ("A3", 3)])
    partial = Target(
        target.model,
        target.key,
        target.fields,
        target.scope,
        target.defaults,
        frozen=Bill.objects.filter(object__in=["A2"]),
    )
    run = bring(partial, [("A1", 7), ("A2", 7)])
    assert (counts(run), run.frozen) == ((0, 1, 0, 0), 1)
    assert stored() == {"A1": 7, "A2": 2, "A3": 3}


def test_an_import_whose_rows_were_changed_since_is_not_undone(target):
    run = bring(target, [("A1", 1), ("A2", 2)])
    Bill.objects.filter(object="A2").update(principal=8)
    with pytest.raises(ActionRefused, match="1 rows were changed after"):
        undo(by=BY, run=run)
    assert stored() == {"A1": 1, "A2": 8}
    with pytest.raises(NotAllowed):
        undo(by=Actor(ActorKind.OFFICER, 1), run=run)


def test_added_rows_of_a_table_of_loads_are_recorded_together(target):
    loads_only = replace(target, loads_only=True, whole=False)
    first = bring(loads_only, [(f"A{n}", n + 1) for n in range(1_000)])
    assert ImportChange.objects.filter(run=first).count() == 1
    second = bring(loads_only, [("A2", 9), ("A1000", 1)])
    assert counts(second) == (1, 1, 0, 0)
    with pytest.raises(ActionRefused, match="1 rows were changed after"):
        undo(by=BY, run=first)
    undo(by=BY, run=second)
    undo(by=BY, run=first)
    assert stored() == {}
    third = bring(loads_only, [("A1", 1), ("A2", 2)])
    Bill.objects.filter(object="A2").delete()
    with pytest.raises(ActionRefused, match="1 rows were changed after"):
        undo(by=BY, run=third)


def test_after_its_term_a_run_can_no_longer_be_undone(target):
    run = bring(target, [("A1", 1)])
    ImportRun.objects.update(at=timezone.now() - timedelta(days=31))
    apply(rules.get("core.import-changes"))
    with pytest.raises(ActionRefused, match="no longer stored"):
        undo(by=BY, run=run)
    assert ImportRun.objects.exists()
    ImportRun.objects.update(at=timezone.now() - timedelta(days=3651))
    apply(rules.get("core.import-runs"))
    assert not ImportRun.objects.exists()


def test_a_row_that_the_table_refuses_stops_the_load(target):
    with pytest.raises(IntegrityError):
        bring(target, [("A1", 1), ("A2", 0)])


lists = st.dictionaries(st.sampled_from(["A1", "A2", "A3", "A4"]), st.integers(1, 3)).map(lambda d: list(d.items()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(st.lists(lists, min_size=1, max_size=4), st.booleans())
def test_any_row_of_loads_is_undone_backwards(target, loads, loads_only):
    target = replace(target, loads_only=loads_only)
    states, runs = [everything()], []
    for lines in loads:
        runs.append(bring(target, lines))
        assert stored() == dict(lines)
        states.append(everything())
    for run in reversed(runs):
        assert everything() == states.pop()
        undo(by=BY, run=run)
    assert everything() == states.pop()


def test_thirty_one_thousand_rows_are_loaded_in_time(target):
    lines = [(f"B{n}", n + 1) for n in range(31_000)]
    started = time.perf_counter()
    assert bring(target, lines).added == 31_000
    first = time.perf_counter() - started
    changed = bring(target, [(name, n + (n % 3 == 0)) for name, n in lines])
    again = time.perf_counter() - started - first
    print(f"\n31,000 rows added in {first:.1f} s, compared and a third changed in {again:.1f} s")
    assert changed.changed == 10_333
    undo(by=BY, run=changed)
    assert ImportChange.objects.filter(run=changed).count() == 10_333
    assert first < 15
