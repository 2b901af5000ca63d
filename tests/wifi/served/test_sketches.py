"""Distinct counts that merge: over any number of days within one per cent, and the same when a day comes again."""

import hashlib

import pytest

from kini.wifi.served import sketches

#: How many, and how many of them each of the days has; a day shares half of them with the one before.
PEOPLE, DAYS = 120_000, 6


def hashes(first, count):
    """As `closing` brings them: 64 bits, positive and negative."""
    found = (hashlib.blake2b(str(n).encode(), digest_size=8).digest() for n in range(first, first + count))
    return [int.from_bytes(each, signed=True) for each in found]


@pytest.fixture(scope="module")
def days():
    return [hashes(n * PEOPLE // 2, PEOPLE) for n in range(DAYS)]


def test_days_that_overlap_count_each_person_once(tmp_path, days):
    paths = [tmp_path / f"{n}.parquet" for n in range(DAYS)]
    for path, day in zip(paths, days, strict=True):
        sketches.merge(path, [(("city", "", "people"), day), (("city", "", "devices"), day[:100])])
    true = PEOPLE * (DAYS + 1) // 2
    assert sketches.count(paths, "city", "people")[""] == pytest.approx(true, rel=0.01)
    assert sketches.count(paths, "city", "devices")[""] == pytest.approx(600, rel=0.01)


def test_a_day_that_comes_again_changes_nothing(tmp_path, days):
    path, key = tmp_path / "all.parquet", ("area", "31.71", "people")
    first = sketches.merge(path, [(key, days[0])])
    written = path.read_bytes()
    assert sketches.merge(path, [(key, days[0][:1000])]) == first
    assert path.read_bytes() == written


def test_a_long_list_may_come_in_pieces_and_others_stay(tmp_path, days):
    path, key = tmp_path / "all.parquet", ("site", "p1", "people")
    sketches.merge(path, [(("kind", "park", "people"), days[1]), (key, days[0][:500]), (key, days[0][500:900])])
    assert sketches.merge(path, [(key, days[0][900:1000])])[key] == pytest.approx(1000, rel=0.01)
    assert sketches.count([path], "kind", "people")["park"] == pytest.approx(PEOPLE, rel=0.01)
    assert sketches.counts(path) == {
        ("kind", "park", "people"): sketches.count([path], "kind", "people")["park"],
        key: sketches.count([path], "site", "people")["p1"],
    }
    assert sketches.count([tmp_path / "none.parquet"], "kind", "people") == {}
