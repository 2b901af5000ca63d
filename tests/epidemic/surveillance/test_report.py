"""The report of a day on real figures, compared with sums computed from the files alone."""

import argparse
import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from math import log
from pathlib import Path

import pytest

from kini.epidemic.commands import report_day
from kini.epidemic.models import DeclaredLevel
from kini.epidemic.surveillance import report
from tests.epidemic.surveillance.conftest import CITY, DISEASE, figures

DATA = Path(__file__).parents[4].parent / "shared" / "data" / "health"
DAY = date(2021, 7, 12)
PEOPLE = 11_038_216


def rows(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


def printed(capsys, *words):
    parser = argparse.ArgumentParser()
    report_day.arguments(parser)
    assert report_day.run(parser.parse_args(words)) == 0
    return capsys.readouterr().out


@pytest.fixture
def city_daily(jakarta):
    """The city's daily figures as an import stores them; the plain rows."""
    if not (DATA / "dki_jakarta_harian_2020-03_2021-08.csv").exists():
        pytest.skip(f"no health data in {DATA}")
    daily = {date.fromisoformat(row["date"]): row for row in rows("dki_jakarta_harian_2020-03_2021-08.csv")}
    for measure, column in (("confirmed", "new_cases"), ("deaths", "new_deaths"), ("confirmed-total", "total_cases")):
        figures(CITY, measure, {day: float(row[column]) for day, row in daily.items()}, source="city-daily")
    beds = defaultdict(dict)
    wards = {"semua": "all", "isolasi": "isolation", "ICU": "icu"}
    for row in rows("bor_dki_angka.csv"):
        if row["wilayah"] == "DKI":
            beds[wards[row["jenis"]]][date.fromisoformat(row["tanggal"])] = float(row["persen"])
    for ward, values in beds.items():
        figures(CITY, f"occupancy-{ward}-total", values, source="beds")
    return daily


def summed(daily, column, last, days=7):
    return sum(int(daily[last - timedelta(days=back)][column]) for back in range(days))


def test_the_twelfth_of_july(city_daily):
    found = report.as_json(report.day_report(DISEASE, DAY))
    values = {name: each["value"] for name, each in found["indicators"].items()}
    week, before = summed(city_daily, "new_cases", DAY), summed(city_daily, "new_cases", DAY - timedelta(days=7))
    assert (values["cases"], values["cases-week"], week) == (14622, 85564, 85564)
    assert values["incidence"] == pytest.approx(week / PEOPLE * 1e5)
    assert values["mortality"] == pytest.approx(820 / PEOPLE * 1e5)
    assert values["fatality"] == pytest.approx(100 * 9517 / 677_020)
    assert values["fatality-lagged"] == pytest.approx(100 * 9517 / 528_369)
    assert values["doubling-time"] == pytest.approx(7 * log(2) / log(week / before))
    assert 1 < values["reproduction"] < 1.5
    assert found["indicators"]["occupancy-isolation"] == {"value": 92.5, "source": "beds", "day": "2021-06-28"}
    assert found["indicators"]["occupancy-all"]["value"] is None, "the figure of 27 June is older than 14 days"
    assert found["level"]["level"] == 4
    assert found["level"]["missing"] == ["admissions", "positivity", "contacts"]


@pytest.mark.parametrize("day", [date(2020, 4, 1), date(2020, 12, 31), date(2021, 8, 1)])
def test_other_days(city_daily, day):
    found = report.as_json(report.day_report(DISEASE, day))
    values = {name: each["value"] for name, each in found["indicators"].items()}
    assert values["cases-week"] == summed(city_daily, "new_cases", day)
    assert values["deaths-week"] == summed(city_daily, "new_deaths", day)
    assert values["fatality"] == pytest.approx(
        100 * int(city_daily[day]["total_deaths"]) / int(city_daily[day]["total_cases"])
    )


def test_printed_in_both_languages(city_daily, capsys):
    DeclaredLevel.objects.create(
        area_id=CITY,
        disease=DISEASE,
        since=date(2021, 7, 3),
        until=date(2021, 7, 20),
        name="PPKM darurat",
        checked=True,
    )
    english = printed(capsys, "--on", "2021-07-12", "--language", "en")
    assert "Level: 4\n" in english
    assert "14,622  city-daily" in english
    assert "92.5  beds, 28 June 2021 (14 days old)" in english
    assert "Rule since 3 July 2021: Inmendagri 15/2021" in english
    assert "Declared by the authorities: PPKM darurat, since 3 July 2021 (checked)" in english
    assert "Rule since 6 April 2021: Inmendagri 7/2021" in english
    assert "No case record names an RT" in english
    indonesian = printed(capsys, "--on", "2021-07-12")
    assert "14.622" in indonesian
    assert "Zona RT" in indonesian
    assert json.loads(printed(capsys, "--on", "2021-07-12", "--json"))["level"]["level"] == 4


def test_monthly_sums_and_coverage_of_kelurahan(jakarta, capsys):
    if not DATA.exists():
        pytest.skip(f"no health data in {DATA}")
    monthly, doses = defaultdict(dict), defaultdict(lambda: defaultdict(dict))
    for row in rows("jakarta_kelurahan_bulanan_2020-03_2021-07.csv"):
        code = row["kode_kelurahan"]
        monthly[f"{code[:2]}.{code[2:4]}.{code[4:6]}.{code[6:]}"][date.fromisoformat(row["tanggal"])] = int(
            row["positif_kumulatif"]
        )
    names = {"dosis1": "dose-1-total", "sasaran": "target-total"}
    for row in rows("vaksinasi_kelurahan_2021-07_2022-05.csv"):
        for column, measure in names.items():
            doses[measure][row["kode_kelurahan"]][date.fromisoformat(row["tanggal"])] = float(row[column])
    for code, values in monthly.items():
        figures(code, "confirmed-total", values, source="area-totals")
    for measure, areas in doses.items():
        for code, values in areas.items():
            figures(code, measure, values, source="vaccination")
    day = date(2021, 8, 15)
    found = report.day_report(DISEASE, day)
    newest = date(2021, 7, 31)
    first, target = (sum(each[newest] for each in doses[name].values()) for name in ("dose-1-total", "target-total"))
    coverage = next(figure for figure in found.figures if figure.name == "coverage-first")
    assert (coverage.value, coverage.age) == (pytest.approx(100 * first / target), 15)
    assert (found.change.since, found.change.until) == (date(2021, 6, 30), newest)
    june, july = (sum(each[end] for each in monthly.values()) for end in (date(2021, 6, 30), newest))
    assert found.change.change.sum() == july - june
    assert "Areas with the most new cases between 30 June 2021 and 31 July 2021" in printed(
        capsys, "--on", "2021-08-15", "--language", "en"
    )


def test_a_day_without_figures_says_so(jakarta, capsys):
    text = printed(capsys, "--on", "2019-01-01", "--language", "en")
    assert text.count("not known") > 10
    assert "Level: no rule was in force on this day." in text
    assert "RT zones: no rule was in force on this day." in text
