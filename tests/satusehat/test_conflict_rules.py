"""Rules of conflicts between the city's doses and SATUSEHAT's, as a table."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.satusehat.rules import TO_DECIDE, ComparedDose, Verdict, differing_fields, judge

DAY = date(2026, 11, 2)
OURS = ComparedDose("7", "covid-19/primary", "astrazeneca", 1, DAY, "AZ-17")
PULLED = replace(OURS, national_id="I1")
THEIRS = replace(OURS, key="", national_id="I1")


def later(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("case", "theirs", "ours", "verdict", "key"),
    [
        ("no dose here", THEIRS, [], Verdict.NEW, ""),
        ("another number on another day", replace(THEIRS, number=2, day=later(84)), [OURS], Verdict.NEW, ""),
        ("another series on the same day", replace(THEIRS, series="childhood/polio"), [OURS], Verdict.NEW, ""),
        ("same day, vaccine and number: ours wins", THEIRS, [OURS], Verdict.SAME, "7"),
        ("the same without a number", replace(THEIRS, number=None), [OURS], Verdict.SAME, "7"),
        ("another lot only: ours wins", replace(THEIRS, lot="AZ-18"), [OURS], Verdict.SAME, "7"),
        ("same day, another number", replace(THEIRS, number=2), [OURS], Verdict.DIFFERS, "7"),
        ("same day, another vaccine", replace(THEIRS, vaccine="pfizer"), [OURS], Verdict.DIFFERS, "7"),
        ("same number a day later", replace(THEIRS, day=later(1)), [OURS], Verdict.DIFFERS, "7"),
        ("same number months later", replace(THEIRS, day=later(90)), [OURS], Verdict.DOUBLE, "7"),
        ("same number, another vaccine", replace(THEIRS, day=later(1), vaccine="pfizer"), [OURS], Verdict.DOUBLE, "7"),
        ("an error here is no rival", THEIRS, [replace(OURS, given=False)], Verdict.NEW, ""),
        ("not given there", replace(THEIRS, given=False), [], Verdict.NOT_GIVEN, ""),
        ("not given there, given here", replace(THEIRS, given=False), [OURS], Verdict.NOT_GIVEN, ""),
        ("unknown vaccine", replace(THEIRS, vaccine="", series=""), [OURS], Verdict.UNKNOWN_VACCINE, ""),
        ("pulled before", THEIRS, [PULLED], Verdict.KNOWN, "7"),
        ("pulled before, theirs is newer", replace(THEIRS, number=2), [PULLED], Verdict.DIFFERS, "7"),
        ("pulled before, withdrawn there", replace(THEIRS, given=False), [PULLED], Verdict.WITHDRAWN, "7"),
        ("pulled before, found wrong here", THEIRS, [replace(PULLED, given=False)], Verdict.KNOWN, "7"),
        ("wrong at both sides", replace(THEIRS, given=False), [replace(PULLED, given=False)], Verdict.KNOWN, "7"),
    ],
)
def test_verdicts(case: str, theirs: ComparedDose, ours: list[ComparedDose], verdict: Verdict, key: str) -> None:
    assert judge(theirs, ours, own=False) == (verdict, key)


def test_doses_that_the_city_sent_are_left_to_the_comparison() -> None:
    assert judge(THEIRS, [], own=True) == (Verdict.OWN, "")


def test_what_is_not_named_does_not_differ() -> None:
    assert differing_fields(OURS, replace(THEIRS, number=None, lot="", vaccine="")) == []
    changed = replace(THEIRS, number=2, lot="X", vaccine="pfizer", day=later(1), given=False)
    assert differing_fields(OURS, changed) == ["given", "vaccine", "number", "day", "lot"]


_DOSES = st.builds(
    ComparedDose,
    key=st.sampled_from("123"),
    series=st.sampled_from(["a", "b"]),
    vaccine=st.sampled_from(["x", "y"]),
    number=st.integers(1, 3),
    day=st.integers(0, 20).map(later),
    given=st.booleans(),
    national_id=st.sampled_from(["", "I1", "I2"]),
)


@given(_DOSES, st.lists(_DOSES, max_size=4))
def test_a_dose_is_added_only_where_no_dose_of_the_series_could_be_it(
    theirs: ComparedDose, ours: list[ComparedDose]
) -> None:
    theirs = replace(theirs, key="", national_id="I1")
    verdict, key = judge(theirs, ours, own=False)
    if verdict is Verdict.NEW:
        rivals = [each for each in ours if each.given and each.series == theirs.series]
        assert theirs.given
        assert all(each.day != theirs.day and each.number != theirs.number for each in rivals)
        assert all(each.national_id != "I1" for each in ours)
    elif verdict in TO_DECIDE and verdict is not Verdict.UNKNOWN_VACCINE:
        assert key
