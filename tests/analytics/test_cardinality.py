"""Distinct counts that merge: over any number of days within one per cent, and the same when a day comes again."""

import hashlib

import pytest

from kini.analytics import cardinality

#: How many, and how many of them each of the days has; a day shares half of them with the one before.
PEOPLE, DAYS = 120_000, 6


def hashes(first, count):
    """As `closing` brings them: 64 bits, positive and negative."""
    digests = (hashlib.blake2b(str(n).encode(), digest_size=8).digest() for n in range(first, first + count))
    return [int.from_bytes(each, signed=True) for each in digests]


@pytest.fixture(scope="module")
def days():
    return [hashes(n * PEOPLE // 2, PEOPLE) for n in range(DAYS)]


def test_days_that_overlap_count_each_person_once(tmp_path, days):
    paths = [tmp_path / f"{n}.parquet" for n in range(DAYS)]
    for path, day in zip(paths, days, strict=True):
        cardinality.merge_sketches(path, [(("city", "", "people"), day), (("city", "", "devices"), day[:100])])
    true = PEOPLE * (DAYS + 1) // 2
    assert cardinality.estimate_union(paths, "city", "people")[""] == pytest.approx(true, rel=0.01)
    assert cardinality.estimate_union(paths, "city", "devices")[""] == pytest.approx(600, rel=0.01)


def test_a_day_that_comes_again_changes_nothing(tmp_path, days):
    path, key = tmp_path / "all.parquet", ("area", "31.71", "people")
    first = cardinality.merge_sketches(path, [(key, days[0])])
    written = path.read_bytes()
    assert cardinality.merge_sketches(path, [(key, days[0][:1000])]) == first
    assert path.read_bytes() == written


def test_a_long_list_may_come_in_pieces_and_others_stay(tmp_path, days):
    path, key = tmp_path / "all.parquet", ("site", "p1", "people")
    cardinality.merge_sketches(
        path, [(("kind", "park", "people"), days[1]), (key, days[0][:500]), (key, days[0][500:900])]
    )
    assert cardinality.merge_sketches(path, [(key, days[0][900:1000])])[key] == pytest.approx(1000, rel=0.01)
    assert cardinality.estimate_union([path], "kind", "people")["park"] == pytest.approx(PEOPLE, rel=0.01)
    assert cardinality.estimate_all(path) == {
        ("kind", "park", "people"): cardinality.estimate_union([path], "kind", "people")["park"],
        key: cardinality.estimate_union([path], "site", "people")["p1"],
    }
    assert cardinality.estimate_union([tmp_path / "none.parquet"], "kind", "people") == {}
