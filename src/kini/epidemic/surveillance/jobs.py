"""Scheduled work: count case records every hour; find alerts every morning; measure the methods every week."""

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.surveillance import area_alerts, case_changes, nowcasts
from kini.web.formats import today


@periodic("23 * * * *", name="epidemic.count_cases")
def count_cases() -> None:
    """Bring the data set of counted cases up to the case records."""
    case_changes.refresh(today())


@periodic("7 22 * * *", name="epidemic.find_alerts")
def find_alerts() -> None:
    """Judge the last weeks of every disease."""
    for disease in diseases():
        area_alerts.find_alerts(by=system("epidemic"), disease=disease, day=today())


@periodic("37 21 * * 1", name="epidemic.measure_methods")
def measure_methods() -> None:
    """Measure the false alarms of alerts and the coverage of the nowcast on the past."""
    for disease in diseases():
        area_alerts.measure_false_alarms(by=system("epidemic"), disease=disease, day=today())
        nowcasts.measure_nowcast(by=system("epidemic"), disease=disease, day=today())
