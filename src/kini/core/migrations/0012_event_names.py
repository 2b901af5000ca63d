"""Waiting events get the names by which they are delivered now; up to 0.1 jobs held dotted Python names."""

import json

from django.db import migrations

EVENTS = {
    "kini.cases.events.CaseOpened": "cases.opened",
    "kini.cases.events.CaseTold": "cases.entry_added",
    "kini.cases.events.CaseMoved": "cases.moved",
    "kini.cases.events.OfficersMentioned": "cases.officers_mentioned",
    "kini.wifi.events.OutagesBegan": "wifi.outages_began",
    "kini.wifi.events.DevicesSignedOut": "wifi.devices_signed_out",
    "kini.booking.events.PlaceOffered": "booking.place_offered",
    "kini.booking.events.WaitedInVain": "booking.slot_closed",
    "kini.payments.events.BillPaid": "payments.bill_paid",
    "kini.people.events.UnusualAccess": "people.unusual_access",
    "kini.people.events.ProfilesJoined": "people.profiles_merged",
    "kini.people.events.ProgramTokensRevoked": "people.client_tokens_revoked",
    "kini.people.events.AssuranceChanged": "people.assurance_changed",
}
SUBSCRIBERS = {
    "kini.cases.notices.tell_opened": "cases.notify_opened",
    "kini.cases.notices.tell_moved": "cases.notify_moved",
    "kini.cases.notices.tell_followers": "cases.notify_duplicates",
    "kini.cases.notices.tell_told": "cases.notify_entry",
    "kini.cases.notices.tell_mentioned": "cases.notify_mentioned",
    "kini.cases.notices.tell_heads": "cases.notify_heads",
    "kini.cases.jobs.release_followers": "cases.release_duplicates",
    "kini.cases.jobs.bring_cases_along": "cases.merge_profiles",
    "kini.letters.jobs.follow": "letters.follow_case",
    "kini.wifi.jobs.note_fault": "wifi.note_fault",
    "kini.wifi.jobs.end_sessions": "wifi.end_sessions",
    "kini.wifi.jobs.tell_down": "wifi.notify_outages",
    "kini.booking.jobs.tell_offer": "booking.notify_offer",
    "kini.booking.jobs.tell_closed": "booking.notify_closed",
    "kini.booking.jobs.bring_bookings_along": "booking.merge_profiles",
    "kini.messages.jobs.bring_messages_along": "messages.merge_profiles",
    "kini.messages.program_notices.tell_revoked": "messages.notify_tokens_revoked",
    "kini.messages.identity_notices.tell_changed": "messages.notify_assurance",
}

RENAME = """
    UPDATE procrastinate_jobs SET args = args || jsonb_build_object(
        'event', coalesce(%(events)s::jsonb ->> (args ->> 'event'), args ->> 'event'),
        'listener', coalesce(%(subscribers)s::jsonb ->> (args ->> 'listener'), args ->> 'listener'))
    WHERE task_name = 'core.deliver_event' AND args ->> 'event' LIKE 'kini.%%'
"""


def rename(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(RENAME, {"events": json.dumps(EVENTS), "subscribers": json.dumps(SUBSCRIBERS)})


class Migration(migrations.Migration):
    dependencies = [("core", "0011_rotation"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop, elidable=True)]
