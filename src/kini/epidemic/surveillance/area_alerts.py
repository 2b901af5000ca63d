"""Alerts of areas with more cases than their past leads to expect, and how officers judge them."""

from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.surveillance import alert_methods
from kini.epidemic.surveillance.areas import areas_of
from kini.epidemic.surveillance.models import AreaAlert, Assessment
from kini.epidemic.surveillance.weeks import weekly_counts
from kini.people.rules import may_in_area

#: Weeks that a run judges: late reports change the last ones.
JUDGED = 4
#: Weeks of history that a run reads: five years for Farrington, and the season around.
HISTORY = alert_methods.FARRINGTON_WEEKS + JUDGED + 8
#: Weeks of history without which a false-alarm rate says nothing.
LEAST_HISTORY = 52


@action
def find_alerts(*, by: Actor, disease: str, day: date) -> int:
    """Judge the last whole weeks of all areas; return the number of new alerts.

    An alert that is open follows later reports; one that was judged stays as it was.
    """
    rules = disease_of(disease).surveillance.alerts
    counted = rules and weekly_counts(disease, areas_of(rules.level), day, HISTORY)
    if not rules or not counted or counted.values.shape[-1] <= JUDGED:
        return 0
    weeks = counted.values.shape[-1]
    judged = min(JUDGED, weeks)
    found = alert_methods.bounds(
        counted.values, judged, rules.methods, counted.first_days[0] if counted.calendar else None
    )
    recent = counted.values[:, -judged:]
    alarms = found.alarms(recent, rules)
    new = 0
    for place, week in np.argwhere(alarms):
        exceeded = {
            name: float(bound[place, week])
            for name, bound in found.by_method.items()
            if recent[place, week] > bound[place, week]
        }
        expected = found.expected[place, week]
        facts = {
            "cases": int(recent[place, week]),
            "expected": None if np.isnan(expected) else float(expected),
            "methods": exceeded,
        }
        key = {
            "disease": disease,
            "area_id": counted.areas.codes[place],
            "week": counted.first_days[weeks - judged + week],
        }
        alert, created = AreaAlert.objects.get_or_create(**key, defaults=facts)
        if not created and alert.state == AreaAlert.OPEN:
            AreaAlert.objects.filter(pk=alert.pk, state=AreaAlert.OPEN).update(**facts)
        new += created
    if new:
        audit.record(by=by, action="epidemic.alerts-found", subject=f"disease:{disease}", detail={"alerts": new})
    return new


@action
def judge_alert(*, by: Actor, alert: AreaAlert, real: bool, note: str = "") -> AreaAlert:
    """Judge an open alert: a real rise, or a false alarm.

    Raises:
        NotAllowed: without the permission to see surveillance of the area.
        ActionRefused: somebody judged it before.
    """
    if not may_in_area(by, EpidemicPermission.SEE_SURVEILLANCE, alert.area.path):
        raise NotAllowed(_("This alert is about an area that your role does not include."))
    locked = AreaAlert.objects.select_for_update().get(pk=alert.pk)
    if locked.state != AreaAlert.OPEN:
        raise ActionRefused(_("This alert was already judged. Reload the page."))
    locked.state = AreaAlert.REAL if real else AreaAlert.FALSE
    locked.judged_by_id, locked.judged_at, locked.note = by.user_id, current_time.now(), note.strip()
    locked.save(update_fields=["state", "judged_by", "judged_at", "note"])
    audit.record(by=by, action="epidemic.alert-judged", subject=f"alert:{locked.pk}", detail={"state": locked.state})
    return locked


@action
def measure_false_alarms(*, by: Actor, disease: str, day: date) -> dict[str, float]:
    """Measure the false alarms of an area in a year for each method, and store them; {} without a year of counts."""
    rules = disease_of(disease).surveillance.alerts
    counted = rules and weekly_counts(disease, areas_of(rules.level), day - timedelta(days=7 * JUDGED), HISTORY)
    if not rules or not counted or counted.values.shape[-1] < LEAST_HISTORY:
        return {}
    rates = alert_methods.false_alarms(counted.values, rules)
    for subject, value in rates.items():
        Assessment.objects.update_or_create(
            disease=disease,
            subject=subject,
            level=rules.level,
            measured_on=day,
            defaults={"value": value, "cases": counted.values.shape[-1]},
        )
    audit.record(by=by, action="epidemic.false-alarms-measured", subject=f"disease:{disease}", detail=dict(rates))
    return rates
