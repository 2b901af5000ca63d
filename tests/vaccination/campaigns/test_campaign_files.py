"""Files of vaccines and campaigns: errors with their lines, calendar spans, and the meaning of answers."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns, check_campaigns, vaccine_of, vaccines
from kini.vaccination.campaigns.screening import questions_for, screen
from kini.vaccination.campaigns.screening_schema import ScreeningResult
from kini.vaccination.campaigns.span import Span
from kini.vaccination.campaigns.subject import Subject

WOMAN, MAN, ELDER = (
    Subject(date(1990, 1, 1), sex="female"),
    Subject(date(1990, 1, 1), sex="male"),
    Subject(date(1950, 1, 1), sex="male"),
)


def test_the_pack_has_two_campaigns_without_errors() -> None:
    assert list(check_campaigns(Path(settings.CITY_PATH))) == []
    assert set(campaigns()) == {"covid-19", "childhood"}
    assert vaccine_of("astrazeneca").codes.kfa == "93004035"
    with pytest.raises(LookupError, match="covid-19"):
        campaign_of("covid-18")


def test_a_pack_without_campaigns_is_a_pack(tmp_path: Path) -> None:
    assert campaigns(tmp_path) == {}
    assert vaccines(tmp_path) == {}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("groups: [health-worker]\n    doses: [1, 2]", "groups: [nurses]\n    doses: [1, 2]", "none of the groups"),
        ("doses: [4]", "doses: [5]", "the longest series has 4"),
        ("after: [janssen]", "after: [johnson]", "none of the vaccines"),
        ("interval: *three-weeks", "confidence_of: low", "confidence_of"),
        ("{min: 6 months, recommended: 6 months, max: 9 months}", "{min: 9 months, max: 6 months}", "in this order"),
        ("min_age: 18 years, below_age: 60 years}", "min_age: 18y}", "pattern"),
        ("contraindication: severe-reaction", "contraindication: allergy", "none of the contraindications"),
        ("result: defer, wait: 7 days", "result: defer", "wait"),
        ("volume_ul: 150", "volume_ul: 1900", "a vial has only 1800 microlitres"),
    ],
)
def test_each_error_has_its_line(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    pack = Path(settings.CITY_PATH)
    for name in ("city.toml", "calendar.toml", "vaccines.yaml"):
        (tmp_path / name).write_bytes((pack / name).read_bytes())
    source = (pack / "campaigns" / "covid-19.yaml").read_text()
    broken = source.replace(right, wrong, 1)
    assert broken != source
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "covid-19.yaml").write_text(broken)
    errors = list(check_campaigns(tmp_path))
    assert errors
    assert message in str(errors[0])
    line = source[: source.index(right)].count("\n") + 1
    assert line - 8 <= errors[0].line <= line + 3


@pytest.mark.parametrize(
    ("span", "day", "expected"),
    [
        ("28 days", "2021-02-20", "2021-03-20"),
        ("6 weeks", "2024-01-10", "2024-02-21"),
        ("3 months", "2021-11-30", "2022-03-01"),
        ("1 month", "2021-12-31", "2022-01-31"),
        ("18 years", "2004-02-29", "2022-03-01"),
        ("0 days", "2021-12-31", "2021-12-31"),
    ],
)
def test_spans_never_end_too_early(span: str, day: str, expected: str) -> None:
    assert Span(span).after(date.fromisoformat(day)) == date.fromisoformat(expected)


def _answers(subject: Subject, day: date, **changes: bool | float) -> dict[str, bool | float]:
    usual: dict[str, bool | float] = {"healthy": True, "temperature": 36.5, "systolic": 120, "diastolic": 80}
    asked = questions_for(campaign_of("covid-19"), subject, day)
    return {name: changes.get(name.replace("-", "_"), usual.get(name, False)) for name in asked}


@pytest.mark.parametrize(
    ("subject", "day", "changes", "expected"),
    [
        (MAN, "2021-07-01", {}, (ScreeningResult.GO_ON, None)),
        (MAN, "2021-07-01", {"healthy": False}, (ScreeningResult.DEFER, "2021-07-08")),
        (MAN, "2021-07-01", {"temperature": 37.5}, (ScreeningResult.DEFER, "2021-07-04")),
        (MAN, "2021-01-20", {"systolic": 150}, (ScreeningResult.DEFER, "2021-01-21")),
        (MAN, "2021-07-01", {"systolic": 150}, (ScreeningResult.GO_ON, None)),
        (MAN, "2021-07-01", {"allergy": True, "healthy": False}, (ScreeningResult.REFUSE, None)),
        (WOMAN, "2021-07-01", {"pregnant": True}, (ScreeningResult.DEFER, "2022-04-01")),
        (ELDER, "2021-07-01", {"frail": True}, (ScreeningResult.ASK_DOCTOR, None)),
    ],
)
def test_answers_mean_what_the_rules_of_the_day_say(
    subject: Subject, day: str, changes: dict[str, bool | float], expected: tuple[ScreeningResult, str | None]
) -> None:
    asked = date.fromisoformat(day)
    screened = screen(campaign_of("covid-19"), subject, _answers(subject, asked, **changes), "sinovac", asked)
    until = date.fromisoformat(expected[1]) if expected[1] else None
    assert (screened.result, screened.until) == (expected[0], until)


def test_people_are_asked_only_what_concerns_them() -> None:
    campaign, day = campaign_of("covid-19"), date(2021, 8, 2)
    assert "early-pregnant" in questions_for(campaign, WOMAN, day)
    assert not {"early-pregnant", "frail"} & set(questions_for(campaign, MAN, day))
    assert "frail" in questions_for(campaign, ELDER, day)
    with pytest.raises(LookupError, match="healthy"):
        screen(campaign, MAN, {}, "sinovac", day)


def test_a_contraindication_concerns_its_vaccines_alone() -> None:
    campaign, child, day = campaign_of("childhood"), Subject(date(2024, 1, 10)), date(2024, 3, 10)
    answers = dict.fromkeys(questions_for(campaign, child, day), False) | {"healthy": True, "temperature": 36.6}
    weak = answers | {"weak-immunity": True}
    assert screen(campaign, child, weak, "opv", day).contraindications == {"weak-immunity"}
    assert screen(campaign, child, weak, "pcv13", day).result == ScreeningResult.GO_ON
