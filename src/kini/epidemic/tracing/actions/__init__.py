"""Actions of tracing: contacts, daily checks."""

from kini.epidemic.tracing.actions.contact_records import (
    convert_contact,
    drop_contact,
    end_quarantine_by_test,
    record_contact,
    record_household,
    record_named_contact,
)
from kini.epidemic.tracing.actions.follow_up import close_due, handle_red_flag, record_check, set_lost

__all__ = [
    "close_due",
    "convert_contact",
    "drop_contact",
    "end_quarantine_by_test",
    "handle_red_flag",
    "record_check",
    "record_contact",
    "record_household",
    "record_named_contact",
    "set_lost",
]
