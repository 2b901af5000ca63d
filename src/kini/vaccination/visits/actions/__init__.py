"""Actions on visits: record, end; adverse events; follow-ups; entries of phones."""

from kini.vaccination.visits.actions.adverse_events import answer_follow_up as answer_follow_up
from kini.vaccination.visits.actions.adverse_events import record_event as record_event
from kini.vaccination.visits.actions.adverse_events import review_event as review_event
from kini.vaccination.visits.actions.phone_entries import decide_conflict as decide_conflict
from kini.vaccination.visits.actions.phone_entries import receive_entry as receive_entry
from kini.vaccination.visits.actions.standby_calls import call_waiting as call_waiting
from kini.vaccination.visits.actions.standby_calls import check_in_called as check_in_called
from kini.vaccination.visits.actions.standby_calls import pass_on as pass_on
from kini.vaccination.visits.actions.visit_steps import end_visit as end_visit
from kini.vaccination.visits.actions.visit_steps import record_doses as record_doses
from kini.vaccination.visits.actions.visit_steps import record_visit as record_visit
