"""Writes of prevention and care."""

from kini.epidemic.prevention.actions.beds import BedCount as BedCount
from kini.epidemic.prevention.actions.beds import create_demo_beds as create_demo_beds
from kini.epidemic.prevention.actions.beds import report_beds as report_beds
from kini.epidemic.prevention.actions.health_alerts import AlertContent as AlertContent
from kini.epidemic.prevention.actions.health_alerts import discard_alert as discard_alert
from kini.epidemic.prevention.actions.health_alerts import send_alert as send_alert
from kini.epidemic.prevention.actions.health_alerts import subscribe as subscribe
from kini.epidemic.prevention.actions.health_alerts import unsubscribe as unsubscribe
from kini.epidemic.prevention.actions.health_alerts import write_alert as write_alert
from kini.epidemic.prevention.actions.self_assessments import delete_self_assessment as delete_self_assessment
from kini.epidemic.prevention.actions.self_assessments import store_self_assessment as store_self_assessment
