"""Alerts at the desk: judged once, and only those of the officer's areas."""

from datetime import date, timedelta

from kini.epidemic.models import AreaAlert
from kini.web.formats import today
from tests.epidemic.spread.conftest import ALSO_MANY, DISEASE, MANY
from tests.epidemic.spread.test_desk import PAGE, officer
from tests.pagechecks import CheckedClient

__all__ = ["officer"]
ALERTS = f"{PAGE}alerts/"


def alert(area: str, week: date) -> AreaAlert:
    return AreaAlert.objects.create(
        disease=DISEASE, area_id=area, week=week, cases=40, expected=12.5, methods={"ears-c1": 20.0}
    )


def test_an_alert_is_judged_once(officer: CheckedClient) -> None:
    monday = today() - timedelta(days=today().weekday() + 7)
    mine, other = alert(MANY, monday), alert(ALSO_MANY, monday)
    page = officer.get(ALERTS).text
    assert f'value="{mine.pk}"' in page
    assert f'value="{other.pk}"' not in page
    assert officer.post(ALERTS, {"alert": other.pk, "verdict": "real"}).status_code == 404
    assert officer.post(ALERTS, {"alert": mine.pk, "verdict": "real", "note": "A market"}).url == ALERTS
    officer.post(ALERTS, {"alert": mine.pk, "verdict": "false"})
    mine.refresh_from_db()
    assert (mine.state, mine.note) == (AreaAlert.REAL, "A market")
    assert "A market" in officer.get(ALERTS).text
