"""Writes of the room."""

from kini.together.actions.delivery_steps import decide_dispute as decide_dispute
from kini.together.actions.delivery_steps import record_delivery as record_delivery
from kini.together.actions.delivery_steps import record_receipt as record_receipt
from kini.together.actions.delivery_steps import record_slip as record_slip
from kini.together.actions.givers import NewPermit as NewPermit
from kini.together.actions.givers import add_member as add_member
from kini.together.actions.givers import end_suspension as end_suspension
from kini.together.actions.givers import ensure_person as ensure_person
from kini.together.actions.givers import record_aggregator as record_aggregator
from kini.together.actions.givers import record_giver as record_giver
from kini.together.actions.givers import record_permit as record_permit
from kini.together.actions.givers import suspend_giver as suspend_giver
from kini.together.actions.ledger_publication import publish_days as publish_days
from kini.together.actions.needs import NewBeneficiary as NewBeneficiary
from kini.together.actions.needs import expire_needs as expire_needs
from kini.together.actions.needs import record_beneficiary as record_beneficiary
from kini.together.actions.needs import report_need as report_need
from kini.together.actions.needs import verify_need as verify_need
from kini.together.actions.needs import withdraw_need as withdraw_need
from kini.together.actions.pledges import confirm_pledge as confirm_pledge
from kini.together.actions.pledges import hold_at_counter as hold_at_counter
from kini.together.actions.pledges import hold_pledge as hold_pledge
from kini.together.actions.pledges import lapse_pledge as lapse_pledge
from kini.together.actions.pledges import refuse_pledge as refuse_pledge
from kini.together.actions.pledges import set_out as set_out
from kini.together.actions.pledges import withdraw_pledge as withdraw_pledge
