"""Actions of records: memberships, emergency access and its review, consents."""

from kini.records.actions.break_glass import break_glass as break_glass
from kini.records.actions.break_glass import review_break_glass as review_break_glass
from kini.records.actions.consents import copy_consents as copy_consents
from kini.records.actions.consents import give_consent as give_consent
from kini.records.actions.consents import give_first_consent as give_first_consent
from kini.records.actions.consents import withdraw_consent as withdraw_consent
from kini.records.actions.memberships import add_to_facility as add_to_facility
from kini.records.actions.memberships import add_to_team as add_to_team
from kini.records.actions.memberships import end_membership as end_membership
