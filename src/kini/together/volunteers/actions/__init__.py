"""Writes of this part."""

from kini.together.volunteers.actions.activities import NewActivity as NewActivity
from kini.together.volunteers.actions.activities import cancel_shift as cancel_shift
from kini.together.volunteers.actions.activities import change_activity as change_activity
from kini.together.volunteers.actions.activities import end_activity as end_activity
from kini.together.volunteers.actions.activities import plan_shifts as plan_shifts
from kini.together.volunteers.actions.activities import record_activity as record_activity
from kini.together.volunteers.actions.activities import release_activity as release_activity
from kini.together.volunteers.actions.attendance import check_in as check_in
from kini.together.volunteers.actions.attendance import object_to_absence as object_to_absence
from kini.together.volunteers.actions.attendance import record_absence as record_absence
from kini.together.volunteers.actions.attendance import record_attendance as record_attendance
from kini.together.volunteers.actions.hours import issue_certificate as issue_certificate
from kini.together.volunteers.actions.sign_ups import cancel_sign_up as cancel_sign_up
from kini.together.volunteers.actions.sign_ups import ensure_volunteer as ensure_volunteer
from kini.together.volunteers.actions.sign_ups import record_screening as record_screening
from kini.together.volunteers.actions.sign_ups import renew_feed as renew_feed
from kini.together.volunteers.actions.sign_ups import sign_up as sign_up
