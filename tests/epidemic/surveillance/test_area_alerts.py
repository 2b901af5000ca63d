"""Alerts by week: stored once, judged once, and tried on six years of dengue."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.core.grants import Grant
from kini.epidemic.diseases.level_schema import AlertRules
from kini.epidemic.models import AreaAlert, AreaFigure, Assessment
from kini.epidemic.surveillance import alert_methods, area_alerts, queries
from tests.epidemic.surveillance.conftest import DISEASE, figures

DATA = Path(__file__).parents[4].parent / "shared" / "data" / "health" / "dbd_mingguan_kecamatan_2017_2022.csv"
MONDAY = date(2026, 11, 16)
MENTENG = "31.71.06.1001"
BY = system("test")
WEEKLY = AlertRules(level="kecamatan", methods=("farrington", "cusum"), needed=2, least_cases=5)


def dengue():
    if not DATA.exists():
        pytest.skip(f"no dengue counts in {DATA}")
    counts = defaultdict(list)
    with DATA.open() as file:
        for row in sorted(csv.DictReader(file), key=lambda row: (int(row["tahun"]), int(row["minggu"]))):
            counts[row["kode_kecamatan"]].append(float(row["kasus"]))
    return dict(counts)


def officer(*permissions, area=""):
    return Actor(ActorKind.OFFICER, grants=(Grant("officer", frozenset(permissions), "dinkes", area),))


def test_a_jump_is_one_alert_that_follows_late_reports(jakarta):
    calm = {MONDAY - timedelta(days=7 * back): 3.0 + back % 2 for back in range(1, 60)}
    daily = {day + timedelta(days=n): (value if n == 0 else 0) for day, value in calm.items() for n in range(7)}
    figures(MENTENG, "confirmed", daily | {MONDAY + timedelta(days=n): 30.0 if n == 2 else 0 for n in range(7)})
    sunday = MONDAY + timedelta(days=6)
    assert area_alerts.find_alerts(by=BY, disease=DISEASE, day=sunday) == 1
    assert area_alerts.find_alerts(by=BY, disease=DISEASE, day=sunday) == 0
    (alert,) = queries.alerts(DISEASE, sunday)
    assert (alert.area_id, alert.week, alert.cases) == (MENTENG, MONDAY, 30)
    assert {"ears-c1", "cusum"} <= alert.methods.keys()
    assert alert.expected == pytest.approx(3.5, abs=0.1)
    later = {"source": "publisher", "disease": DISEASE, "measure": "confirmed", "known_on": sunday + timedelta(days=1)}
    AreaFigure.objects.create(area_id=MENTENG, day=MONDAY + timedelta(days=3), value=12, **later)
    area_alerts.find_alerts(by=BY, disease=DISEASE, day=sunday)
    alert.refresh_from_db()
    assert alert.cases == 42


def test_an_alert_is_judged_once(jakarta):
    alert = AreaAlert.objects.create(disease=DISEASE, area_id=MENTENG, week=MONDAY, cases=9, methods={"cusum": 4})
    with pytest.raises(NotAllowed):
        area_alerts.judge_alert(by=officer(), alert=alert, real=True)
    with pytest.raises(NotAllowed, match="area"):
        area_alerts.judge_alert(by=officer("see-surveillance", area="31/31.72"), alert=alert, real=True)
    may = officer("see-surveillance", area="31/31.71")
    judged = area_alerts.judge_alert(by=may, alert=alert, real=False, note=" late reports ")
    assert (judged.state, judged.note) == ("false", "late reports")
    with pytest.raises(ActionRefused):
        area_alerts.judge_alert(by=may, alert=alert, real=True)
    assert not queries.alerts(DISEASE, MONDAY, only_open=True)


def test_six_years_of_dengue_by_kecamatan(jakarta):
    counts = dengue()
    values = np.array(list(counts.values()))
    found = alert_methods.bounds(values, 40, WEEKLY.methods)
    alarms = found.alarms(values[:, -40:], WEEKLY)
    assert found.by_method["farrington"].shape == (44, 40)
    # 2022 was the second greatest year: areas rise above their past, but not most weeks.
    assert 0.05 < alarms.mean() < 0.2
    rates = alert_methods.false_alarms(values, WEEKLY)
    assert rates["farrington"] < 2, "alpha 1 % of 52 weeks, of which few have five cases"
    assert rates["rule"] < rates["farrington"]


def test_weekly_figures_become_alerts_and_false_alarms_are_stored(jakarta):
    first = date(2017, 1, 2)
    for code, values in dengue().items():
        weeks = {first + timedelta(days=7 * n + 6): value for n, value in enumerate(values)}
        figures(code, "confirmed-weekly", weeks, source="weekly", disease="dengue")
    last = first + timedelta(days=7 * 312)
    new = area_alerts.find_alerts(by=BY, disease="dengue", day=last)
    assert new == AreaAlert.objects.filter(disease="dengue").count()
    assert area_alerts.find_alerts(by=BY, disease="dengue", day=last) == 0
    rates = area_alerts.measure_false_alarms(by=BY, disease="dengue", day=last)
    assert Assessment.objects.get(disease="dengue", subject="farrington").value == rates["farrington"]
    assert area_alerts.measure_false_alarms(by=BY, disease="measles", day=last) == {}


def test_false_alarms_of_a_quiet_series_are_as_rare_as_a_method_says():
    quiet = np.random.default_rng(3).poisson(20, (100, 330)).astype(float)
    rules = AlertRules(level="kecamatan", methods=("ears-c1", "farrington"), least_cases=1)
    rates = alert_methods.false_alarms(quiet, rules)
    assert 0.1 < rates["farrington"] < 1.2  # 52 x 1 % at most, as counts are whole
    assert rates["ears-c1"] > rates["farrington"], "seven weeks are a short past"
