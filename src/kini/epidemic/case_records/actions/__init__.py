"""Actions on case records: record, correct, classify, transfer, merge; results of laboratories; disputes."""

from kini.epidemic.case_records.actions.case_disputes import decide_dispute as decide_dispute
from kini.epidemic.case_records.actions.case_disputes import dispute_case as dispute_case
from kini.epidemic.case_records.actions.case_merges import merge_cases as merge_cases
from kini.epidemic.case_records.actions.case_merges import separate_cases as separate_cases
from kini.epidemic.case_records.actions.case_merges import unmerge_case as unmerge_case
from kini.epidemic.case_records.actions.lab_results import NewTest as NewTest
from kini.epidemic.case_records.actions.lab_results import record_test as record_test
from kini.epidemic.case_records.actions.patients import FirstTest as FirstTest
from kini.epidemic.case_records.actions.patients import record_patient as record_patient
from kini.epidemic.case_records.actions.received_results import receive_result as receive_result
from kini.epidemic.case_records.actions.recording import CaseCorrection as CaseCorrection
from kini.epidemic.case_records.actions.recording import classify_by_hand as classify_by_hand
from kini.epidemic.case_records.actions.recording import correct_case as correct_case
from kini.epidemic.case_records.actions.recording import record_case as record_case
from kini.epidemic.case_records.actions.stays_and_outcomes import end_stay as end_stay
from kini.epidemic.case_records.actions.stays_and_outcomes import record_outcome as record_outcome
from kini.epidemic.case_records.actions.stays_and_outcomes import record_stay as record_stay
from kini.epidemic.case_records.actions.stays_and_outcomes import transfer_case as transfer_case
from kini.epidemic.case_records.new_case import NewCase as NewCase
from kini.epidemic.case_records.new_case import NewExposure as NewExposure
from kini.epidemic.case_records.new_case import RecordedAlready as RecordedAlready
