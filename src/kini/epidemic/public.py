"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.epidemic.case_records.health_record import CERTAINTY as CERTAINTY
from kini.epidemic.case_records.health_record import RESULT_CODES as RESULT_CODES
from kini.epidemic.case_records.queries import case_day as case_day
from kini.epidemic.checkin import entry_passes as entry_passes
from kini.epidemic.checkin import queries as checkin_queries
from kini.epidemic.checkin import venue_counts as venue_counts
from kini.epidemic.diseases.disease_files import disease_of as disease_of
from kini.epidemic.diseases.disease_files import diseases as diseases
from kini.epidemic.permissions import EpidemicPermission as EpidemicPermission
from kini.epidemic.simulate.actions import create_wave as create_wave
from kini.epidemic.spread.actions import publish_figures as publish_figures
from kini.epidemic.spread.weekly_counts import settled_counts as settled_counts
from kini.epidemic.spread.weekly_counts import suppress_areas as suppress_areas
from kini.epidemic.surveillance import measures as measures
from kini.epidemic.surveillance.alert_methods import FARRINGTON_WEEKS as FARRINGTON_WEEKS
from kini.epidemic.surveillance.alert_methods import bounds as alert_bounds
from kini.epidemic.surveillance.areas import smallest_areas as smallest_areas
from kini.epidemic.surveillance.case_changes import CASE_CHANGES as CASE_CHANGES
from kini.epidemic.surveillance.case_changes import SIGNED as SIGNED
from kini.epidemic.surveillance.case_changes import refresh as refresh_case_changes
from kini.epidemic.surveillance.case_counts import Question as Question
from kini.epidemic.surveillance.case_counts import count_cases as count_cases
from kini.epidemic.surveillance.indicators import MEASURED as MEASURED
from kini.epidemic.surveillance.indicators import NOT_IN_RECORDS as NOT_IN_RECORDS
from kini.epidemic.surveillance.indicators import of_counts as indicators_of_counts

__all__ = ["alert_bounds", "checkin_queries", "indicators_of_counts", "refresh_case_changes"]
