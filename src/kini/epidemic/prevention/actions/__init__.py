"""Writes of prevention and care."""

from kini.epidemic.prevention.actions.beds import BedCount as BedCount
from kini.epidemic.prevention.actions.beds import create_demo_beds as create_demo_beds
from kini.epidemic.prevention.actions.beds import report_beds as report_beds
from kini.epidemic.prevention.actions.self_assessments import delete_self_assessment as delete_self_assessment
from kini.epidemic.prevention.actions.self_assessments import store_self_assessment as store_self_assessment
