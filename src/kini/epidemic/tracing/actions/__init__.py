"""Actions of tracing: contacts, daily checks, gatherings, larva inspections."""

from kini.epidemic.tracing.actions.contact_cases import convert_contact, follow_again
from kini.epidemic.tracing.actions.contact_records import (
    drop_contact,
    end_quarantine_by_test,
    record_contact,
    record_household,
    record_named_contact,
)
from kini.epidemic.tracing.actions.demo_contacts import create_demo_contacts, remove_demo_contacts
from kini.epidemic.tracing.actions.follow_up import close_due, handle_red_flag, record_check, set_lost
from kini.epidemic.tracing.actions.gatherings import record_attendance, record_gathering
from kini.epidemic.tracing.actions.larvae import open_inspection, record_house_visit

__all__ = [
    "close_due",
    "convert_contact",
    "create_demo_contacts",
    "drop_contact",
    "end_quarantine_by_test",
    "follow_again",
    "handle_red_flag",
    "open_inspection",
    "record_attendance",
    "record_check",
    "record_contact",
    "record_gathering",
    "record_house_visit",
    "record_household",
    "record_named_contact",
    "remove_demo_contacts",
    "set_lost",
]
