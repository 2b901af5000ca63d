"""Eligibility: the rules of both campaigns before and after their days, and what holds for every history."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kini.core.dated_rules import rule_in_force
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.eligibility import Eligibility, evaluate, evaluate_series, schedule
from kini.vaccination.campaigns.reasons import Reason
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.subject import GivenDose, Subject

ELDER, ADULT = Subject(date(1955, 5, 3)), Subject(date(1985, 8, 20))
TEENAGER, CHILD = Subject(date(2006, 2, 1)), Subject(date(2012, 6, 30))
NURSE = Subject(date(1985, 8, 20), groups=frozenset({"health-worker"}))


def _doses(*doses: tuple[str, str]) -> list[GivenDose]:
    return [GivenDose(vaccine, number, date.fromisoformat(day)) for number, (vaccine, day) in enumerate(doses, start=1)]


def _covid(subject: Subject, day: str, *doses: tuple[str, str], vaccine: str | None = None) -> Eligibility:
    return evaluate(campaign_of("covid-19"), subject, _doses(*doses), date.fromisoformat(day), vaccine)


@pytest.mark.parametrize(
    ("subject", "before", "first"),
    [
        (NURSE, "2021-01-12", "2021-01-13"),
        (ELDER, "2021-01-20", "2021-02-17"),
        (Subject(date(1968, 1, 1)), "2021-02-20", "2021-05-05"),
        (ADULT, "2021-02-20", "2021-06-09"),
        (TEENAGER, "2021-02-20", "2021-07-01"),
        (CHILD, "2021-07-01", "2021-12-14"),
    ],
)
def test_groups_wait_for_their_turn(subject: Subject, before: str, first: str) -> None:
    waiting = _covid(subject, before)
    assert not waiting.may
    assert waiting.earliest == date.fromisoformat(first)
    assert _covid(subject, first).may


COMORBID, WEAK = (
    Subject(date(1985, 8, 20), groups=frozenset({"comorbid"})),
    Subject(date(2010, 2, 1), groups=frozenset({"immunocompromised"})),
)


@pytest.mark.parametrize(
    ("subject", "group", "rule"),
    [
        (ELDER, "elderly", "Permenkes 23/2023; KMK HK.01.07/MENKES/2193/2023"),
        (COMORBID, "comorbid", "Permenkes 23/2023; KMK HK.01.07/MENKES/2193/2023"),
        (WEAK, "immunocompromised", "Permenkes 23/2023; KMK HK.01.07/MENKES/2193/2023"),
        (ADULT, "adult", "SE Dirjen Farmalkes HK.02.02/E/2571/2023"),
        (Subject(date(2010, 2, 1)), "", "Permenkes 23/2023; KMK HK.01.07/MENKES/2193/2023"),
    ],
)
def test_since_2024_it_is_free_for_groups_at_risk_and_others_pay(subject: Subject, group: str, rule: str) -> None:
    """Kompas, 31 December 2023: the elderly, adults with illnesses, health workers, the pregnant, weak immunity."""
    assert _covid(subject, "2023-12-31").reasons[0].source != rule
    eligibility = _covid(subject, "2024-01-01")
    assert (eligibility.may, eligibility.reasons[0].source) == (bool(group), rule)
    if group:
        assert eligibility.group == group
        assert ("cost" in eligibility.reasons[0].sentence) == (group == "adult")


def test_the_programme_of_2024_gives_domestic_vaccines_also_as_boosters() -> None:
    doses = (("sinovac", "2021-07-01"), ("sinovac", "2021-08-01"))
    assert "indovac" not in {each.vaccine for each in _covid(ELDER, "2023-12-31", *doses).options}
    booster = _covid(ELDER, "2024-01-01", *doses)
    assert booster.number == 3
    assert {"indovac", "inavac"} <= {each.vaccine for each in booster.options}
    assert [each.vaccine for each in _covid(ELDER, "2024-03-01", ("indovac", "2024-02-01")).options] == ["indovac"]


@pytest.mark.parametrize(
    ("subject", "asked", "first", "expected"),
    [
        # Sinovac: 14 days for people below 60 at the start, 28 days for the elderly and, later, for all.
        (NURSE, "2021-01-14", ("sinovac", "2021-01-13"), "2021-01-27"),
        (NURSE, "2021-03-11", ("sinovac", "2021-03-10"), "2021-04-07"),
        (ELDER, "2021-02-21", ("sinovac", "2021-02-20"), "2021-03-20"),
        # AstraZeneca: 12 weeks, from January 2022 on 8 weeks.
        (ADULT, "2021-08-01", ("astrazeneca", "2021-07-01"), "2021-09-23"),
        (ADULT, "2022-02-01", ("astrazeneca", "2022-01-25"), "2022-03-22"),
        # A dose of before the change may profit from the new rule, from its first day on.
        (ADULT, "2022-01-10", ("astrazeneca", "2021-11-10"), "2022-01-20"),
        (ADULT, "2021-09-02", ("pfizer", "2021-09-01"), "2021-09-22"),
        (ADULT, "2021-09-02", ("moderna", "2021-09-01"), "2021-09-29"),
    ],
)
def test_the_second_dose_follows_the_interval_of_its_day(
    subject: Subject, asked: str, first: tuple[str, str], expected: str
) -> None:
    eligibility = _covid(subject, asked, first)
    assert (eligibility.number, eligibility.earliest) == (2, date.fromisoformat(expected))
    assert [option.vaccine for option in eligibility.options] == [first[0]]


@pytest.mark.parametrize(
    ("primary", "day", "expected"),
    [
        ("sinovac", "2022-03-01", {"astrazeneca": 250, "pfizer": 150}),
        ("sinovac", "2022-06-01", {"astrazeneca": 250, "pfizer": 150, "moderna": 500}),
        ("astrazeneca", "2022-03-01", {"moderna": 250, "pfizer": 150}),
        ("astrazeneca", "2022-06-01", {"moderna": 250, "pfizer": 150, "astrazeneca": 500}),
        ("pfizer", "2022-06-01", {"pfizer": 300, "moderna": 250, "astrazeneca": 500}),
        ("moderna", "2022-06-01", {"moderna": 250}),
    ],
)
def test_the_matrix_says_vaccine_and_half_doses(primary: str, day: str, expected: dict[str, int]) -> None:
    eligibility = _covid(ADULT, day, (primary, "2021-08-19"), (primary, "2021-11-25"))
    assert eligibility.may
    assert {option.vaccine: option.volume_ul for option in eligibility.options} == expected


def test_a_single_dose_of_janssen_is_boosted_by_half_a_dose_of_moderna() -> None:
    eligibility = _covid(ADULT, "2022-06-01", ("janssen", "2021-10-01"))
    assert [(option.vaccine, option.volume_ul) for option in eligibility.options] == [("moderna", 250)]


@pytest.mark.parametrize(
    ("subject", "asked", "expected"),
    [(ADULT, "2022-02-01", "2022-02-25"), (ELDER, "2022-02-01", "2022-02-21"), (ADULT, "2022-01-01", "2022-02-25")],
)
def test_the_booster_came_after_six_then_three_months(subject: Subject, asked: str, expected: str) -> None:
    doses = ("sinovac", "2021-10-01"), ("sinovac", "2021-11-01")
    assert _covid(subject, asked, *doses).earliest == date.fromisoformat(expected)
    before = _covid(ADULT, "2022-02-10", ("sinovac", "2021-07-01"), ("sinovac", "2021-08-10"))
    assert before.may
    assert not _covid(ADULT, "2022-02-10", ("sinovac", "2021-07-01"), ("sinovac", "2021-08-11")).may


@pytest.mark.parametrize(
    ("severity", "day", "expected"),
    [
        ("mild", "2021-01-20", "2021-09-01"),
        ("mild", "2021-08-01", "2021-09-01"),
        ("mild", "2021-10-01", "2021-10-01"),
        ("severe", "2021-08-01", "2021-09-01"),
        ("", "2021-08-01", "2021-09-01"),
    ],
)
def test_survivors_wait(severity: Any, day: str, expected: str) -> None:
    subject = Subject(
        date(1985, 8, 20), groups=frozenset({"health-worker"}), recovered_on=date(2021, 6, 1), severity=severity
    )
    assert _covid(subject, day).earliest == date.fromisoformat(expected)


def test_one_month_is_enough_for_mild_illness_since_september_2021() -> None:
    mild = Subject(date(1985, 8, 20), recovered_on=date(2021, 9, 1), severity="mild")
    severe = Subject(date(1985, 8, 20), recovered_on=date(2021, 9, 1), severity="severe")
    assert _covid(mild, "2021-09-10").earliest == date(2021, 10, 1)
    assert _covid(severe, "2021-09-10").earliest == date(2021, 12, 1)


def test_an_unknown_day_of_birth_never_gives_a_vaccine_too_early_but_gives_the_turn() -> None:
    year = Subject(date(1961, 1, 1), "year")
    assert _covid(year, "2021-02-20").group == "elderly"
    born = Subject(date(2015, 1, 1), "year")
    assert _covid(born, "2021-12-14").earliest == date(2021, 12, 31)
    month = Subject(date(2015, 12, 1), "month")
    assert _covid(month, "2021-12-14").earliest == date(2021, 12, 31)
    unknown = _covid(Subject(None), "2021-12-14")
    assert (unknown.may, unknown.earliest) == (False, None)
    assert "date of birth" in unknown.reasons[0].sentence


def test_who_must_not_be_vaccinated_hears_why() -> None:
    refused = _covid(Subject(date(1985, 8, 20), contraindications=frozenset({"severe-reaction"})), "2021-07-01")
    assert (refused.may, refused.earliest) == (False, None)
    assert [reason.rule[:2] for reason in refused.reasons] == [("contraindications", "severe-reaction")]


def test_only_the_asked_vaccine_is_looked_at() -> None:
    assert _covid(ADULT, "2021-07-01", vaccine="pfizer").earliest == date(2021, 8, 19)
    with pytest.raises(LookupError, match="bcg"):
        _covid(ADULT, "2021-07-01", vaccine="bcg")


def test_doses_of_one_day_count_once_and_recorded_numbers_are_believed() -> None:
    same = [GivenDose("sinovac", 1, date(2021, 7, 1)), GivenDose("sinovac", 1, date(2021, 7, 1))]
    assert evaluate(campaign_of("covid-19"), ADULT, same, date(2021, 9, 1)).number == 2
    second_alone = [GivenDose("sinovac", 2, date(2021, 7, 1))]
    assert evaluate(campaign_of("covid-19"), ADULT, second_alone, date(2021, 9, 1)).number == 3


def test_the_routine_schedule_of_a_baby() -> None:
    child = Subject(date(2024, 1, 10), sex="female")
    recommended = {each.series: each.recommended for each in schedule(_childhood(), child, [], date(2024, 1, 10))}
    assert recommended["hepatitis-b-birth"] == date(2024, 1, 10)
    assert recommended["bcg"] == date(2024, 2, 10)
    assert recommended["dpt-hb-hib"] == recommended["pneumococcal"] == recommended["rotavirus"] == date(2024, 3, 10)
    assert recommended["measles-rubella"] == date(2024, 10, 10)
    assert recommended["hpv"] == date(2035, 1, 10)


@pytest.mark.parametrize(
    ("born", "series", "doses", "day", "number", "earliest"),
    [
        # After eight days HB-0 is not given any more.
        ("2024-01-10", "hepatitis-b-birth", [], "2024-01-18", 1, None),
        # A pneumococcal series that began late is shorter.
        ("2022-01-10", "pneumococcal", [("pcv13", "2024-02-01")], "2024-06-01", None, None),
        ("2023-01-10", "pneumococcal", [("pcv13", "2023-12-01")], "2024-02-01", 2, "2024-02-01"),
        ("2023-01-10", "pneumococcal", [("pcv13", "2023-12-01"), ("pcv13", "2024-02-01")], "2024-06-01", None, None),
        # Rotavirus does not begin after six months of age.
        ("2024-01-10", "rotavirus", [], "2024-07-10", 1, None),
        # Catching up at four years: four weeks between doses.
        ("2020-01-10", "dpt-hb-hib", [("dpt-hb-hib", "2024-03-01")], "2024-03-01", 2, "2024-03-29"),
        # From eight years on Td takes the place of DT.
        ("2015-01-10", "diphtheria-tetanus", [], "2024-03-01", 1, "2024-03-01"),
        # BCG and measles-rubella: on one day, or four weeks apart.
        ("2024-01-10", "measles-rubella", [("bcg", "2024-10-05")], "2024-10-12", 1, "2024-11-02"),
        ("2024-01-10", "measles-rubella", [("bcg", "2024-10-12")], "2024-10-12", 1, "2024-10-12"),
    ],
)
def test_catching_up(
    born: str, series: str, doses: list[tuple[str, str]], day: str, number: int | None, earliest: str | None
) -> None:
    history = [GivenDose(vaccine, 1, date.fromisoformat(given_on)) for vaccine, given_on in doses]
    asked = date.fromisoformat(day)
    eligibility = evaluate_series(_childhood(), series, Subject(date.fromisoformat(born)), history, asked)
    assert (eligibility.number, eligibility.earliest) == (number, earliest and date.fromisoformat(earliest))
    assert eligibility.reasons


def _childhood() -> Campaign:
    return campaign_of("childhood")


def _rule(campaign: Campaign, reason: Reason) -> Any:
    """Return the rule that a reason names; fail when the file has none there."""
    value: Any = campaign
    for key in reason.rule:
        value = getattr(value, str(key)) if hasattr(value, "model_fields_set") else value[key]
    return value


SUBJECTS = st.builds(
    Subject,
    st.dates(date(1940, 1, 1), date(2024, 1, 1)),
    st.sampled_from(["day", "month", "year"]),
    st.sampled_from(["", "female", "male"]),
    st.frozensets(st.sampled_from(["health-worker", "public-servant", "vulnerable"])),
    st.booleans(),
    st.none() | st.dates(date(2020, 3, 2), date(2023, 1, 1)),
    st.sampled_from(["", "mild", "severe"]),
)
DAYS = st.dates(date(2020, 12, 1), date(2026, 1, 1))


@settings(max_examples=60, deadline=None)
@given(SUBJECTS, DAYS, st.sampled_from(["covid-19", "childhood"]), st.data())
def test_a_series_ends_and_no_dose_is_too_early(subject: Subject, day: date, name: str, data: st.DataObject) -> None:
    campaign = campaign_of(name)
    history: list[GivenDose] = []
    for _dose in range(40):
        eligibility = evaluate(campaign, subject, history, day)
        for reason in eligibility.reasons:
            rule = _rule(campaign, reason)
            assert reason.sentence
            assert reason.since is None or rule.since == reason.since
        if eligibility.earliest is None:
            return
        assert eligibility.earliest >= day
        assert eligibility.may == (eligibility.earliest == day)
        assert eligibility.recommended is not None
        assert eligibility.recommended >= eligibility.earliest
        day = eligibility.earliest
        now = evaluate(campaign, subject, history, day)
        assert now.may
        option = data.draw(st.sampled_from(now.options))
        assert option.volume_ul > 0
        _assert_not_too_early(campaign, now, option.vaccine, subject, history, day)
        history.append(GivenDose(option.vaccine, now.number or 0, day))
        day += timedelta(days=data.draw(st.integers(0, 40)))
    pytest.fail("the series does not end")


def _assert_not_too_early(
    campaign: Campaign, now: Eligibility, vaccine: str, subject: Subject, history: list[GivenDose], day: date
) -> None:
    """Compare with the file's rules, read without the search: some rule of the day lets this vaccine be given."""
    series = campaign.series[now.series]
    own = sorted((dose for dose in history if dose.vaccine in series.vaccines), key=lambda dose: dose.given_on)
    rules = [
        rule_in_force(choice.rules, day)
        for choice in series.doses[(now.number or 1) - 1].choices
        if choice.vaccine == vaccine and (not choice.after or own[-1].vaccine in choice.after)
    ]
    assert any(
        rule
        and (not rule.min_age or rule.min_age.after(subject.last_birth_date or date.max) <= day)
        and (not rule.below_age or day < rule.below_age.after(subject.birth_date or date.min))
        and (not rule.interval or rule.interval.min.after(own[-1].given_on) <= day)
        for rule in rules
    )
