"""Distinct counts by parts are those of counting everybody at once, in little memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kini.analytics import engine
from kini.analytics.distinct_counts import DAYS, Buckets, bucket_count, count_by_last_day, number_ids

ROW = np.dtype([("id", "i8"), ("group", "u1"), ("day", "u1")])
GROUPS = 3
VISITS = st.lists(st.tuples(st.integers(-20, 20), st.integers(0, GROUPS - 1), st.integers(1, 31)), max_size=60)


def counted(rows, folder, buckets):
    counts = np.zeros((GROUPS, DAYS, DAYS), np.int64)
    with Buckets(folder, ROW, buckets) as files:
        for part in np.array_split(rows, 3):
            files.add(part)
        for each in files.read():
            numbers, groups, days = number_ids(each["id"]), *(each[name].astype(np.int64) for name in ("group", "day"))
            counts += count_by_last_day(numbers, groups, days, GROUPS)
    return counts


@settings(max_examples=60, deadline=None)
@given(VISITS, st.sampled_from([1, 2, 16]), st.integers(1, 31), st.integers(0, 30))
def test_over_any_days_people_are_those_of_counting_one_by_one(tmp_path_factory, visits, buckets, first, more):
    counts = counted(np.array(visits, ROW), tmp_path_factory.mktemp("buckets"), buckets)
    last = min(31, first + more)
    for group in range(GROUPS):
        people = {one for one, of, day in visits if of == group and first <= day <= last}
        assert counts[group, first : last + 1, :first].sum() == len(people)


def test_every_day_of_the_longest_month_counts(tmp_path):
    counts = counted(np.array([(5, 1, day) for day in range(1, 32)], ROW), tmp_path, 2)
    assert [counts[1, day, day - 1] for day in range(1, 32)] == [1] * 31
    assert counts.sum() == 31


def test_nobody_is_in_two_buckets_and_nothing_stays(tmp_path):
    rows = np.zeros(10_000, ROW)
    rows["id"] = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, len(rows))
    with Buckets(tmp_path, ROW, 8) as files:
        files.add(rows)
        files.add(rows[::2])
        found = [each["id"] for each in files.read()]
    assert sum(map(len, found)) == 15_000
    assert len(np.unique(np.concatenate([np.unique(each) for each in found]))) == sum(
        len(np.unique(each)) for each in found
    )
    assert list(tmp_path.iterdir()) == []
    assert [bucket_count(rows) for rows in (0, 1_999_999, 2_000_000, 100_000_000)] == [1, 1, 2, 64]


def test_a_query_that_does_not_fit_into_memory_is_spilled(tmp_path):
    distinct = "SELECT count(*) FROM (SELECT DISTINCT hash(range) FROM range(6000000))"
    with engine.connect_duckdb(tmp_path / "spill", "64MB") as database:
        assert database.execute(distinct).fetchone() == (6_000_000,)
    with engine.connect_duckdb(tmp_path / "spill", "64MB") as database:
        database.execute("SET max_temp_directory_size = '1KB'")
        with pytest.raises(Exception, match=r"memory|temp|size"):
            database.execute(distinct)
