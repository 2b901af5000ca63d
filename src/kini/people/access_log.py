"""The access log: officer, person, data, time and purpose. The person reads it at /me/access-log/.

Rule: a response to an officer that shows a person's name, contact, answers or documents writes an entry before it is
sent. Lists that show only reference, service, area and state write none. A test requests every URL of the desk.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import Actor
from kini.core.database.prepared_statements import execute_prepared
from kini.core.process_cache import clears_cache
from kini.core.registry import Registry
from kini.web.formats import today


class AccessType(StrEnum):
    """Type of an access: CASE to PERSON are reads, logged once a day; the others are looks, logged every time."""

    CASE = "case"
    DOCUMENT = "document"
    BOOKING = "booking"
    QUEUE = "queue"
    MESSAGE = "message"
    PERSON = "person"
    ANSWERS = "answers"
    IDENTITY = "identity"
    NATIONAL_ID = "national-id"
    PROFILE = "profile"


#: Labels shown to the person concerned.
ACCESS_LABELS: Mapping[str, str | Promise] = {
    AccessType.CASE: _("Your case was opened"),
    AccessType.DOCUMENT: _("A document of your case was opened"),
    AccessType.BOOKING: _("Your name was read in the list of appointments"),
    AccessType.QUEUE: _("Your name was read in the list of cases"),
    AccessType.MESSAGE: _("A message to you was read, with your contact"),
    AccessType.PERSON: _("Your profile was opened"),
    AccessType.ANSWERS: _("Hidden answers in your case were shown"),
    AccessType.IDENTITY: _("Your name, number and address were shown"),
    AccessType.NATIONAL_ID: _("Your national number was shown"),
    AccessType.PROFILE: _("Your profile was found by its number"),
}
#: Labels of further types of access that other rooms register.
access_types: Registry[str | Promise] = Registry("type of access")


def access_label(what: str) -> str:
    """Return the label of a type of access, or its id if no room has it any more."""
    return str(ACCESS_LABELS.get(what) or access_types.find(what) or what)


@dataclass(frozen=True, slots=True)
class DataRead:
    """One item that an officer reads about a person.

    Attributes:
        resident: id of the person; None: a guest, identified by the case.
        reference: of the case, where there is one.
        object_id: of the document.
    """

    resident: int | None
    reference: str = ""
    object_id: str = ""


_COLUMNS = "resident_id, at, officer_id, what, purpose, reason, reference, object_id, day, reader"
#: Existing rows are left out before the INSERT, so that its trigger sees only new entries.
_STORE = f"""
    INSERT INTO people_accesslog ({_COLUMNS})
    SELECT read.resident, %(at)s::timestamptz, officer.id, %(what)s::varchar, %(purpose)s::varchar, '',
        read.reference, read.object_id, %(day)s::date, ''::bytea
    FROM people_officer AS officer CROSS JOIN (
        SELECT DISTINCT * FROM unnest(%(residents)s::bigint[], %(references)s::text[], %(objects)s::text[])
    ) AS read (resident, reference, object_id)
    WHERE officer.user_id = %(user)s::bigint AND NOT EXISTS (
        SELECT FROM people_resident AS own WHERE own.id = read.resident AND own.user_id = %(user)s::bigint
    ) AND NOT EXISTS (
        SELECT FROM people_accesslog AS entry
        WHERE entry.officer_id = officer.id AND entry.day = %(day)s::date AND entry.what = %(what)s::varchar
            AND entry.resident_id IS NOT DISTINCT FROM read.resident
            AND entry.reference = read.reference AND entry.object_id = read.object_id
    )
    ON CONFLICT DO NOTHING
"""  # noqa: S608 -- the columns above


def store_reads(by: Actor, what: str, reads: Collection[DataRead], purpose: str) -> None:
    """Log reads by an officer, each item once a day. One statement; none for items that this process has stored.

    The officer is looked up by account, so reads through an OAuth client with a resident's scopes are logged too.
    """
    day = today()
    keys = {read: (by.user_id, day, str(what), read) for read in reads if read.resident or read.reference}
    some = [read for read, key in keys.items() if key not in _stored]
    if by.user_id is None or not some:
        return
    execute_prepared(
        _STORE,
        {
            "at": current_time.now(),
            "day": day,
            "what": str(what),
            "purpose": purpose,
            "user": by.user_id,
            "residents": [read.resident for read in some],
            "references": [read.reference for read in some],
            "objects": [read.object_id for read in some],
        },
    )
    if by.is_officer:  # another account may become an officer's later today
        transaction.on_commit(lambda: _remember(keys.values()))


#: Reads that this process has stored, which need no further statement: who, day, type and item.
_stored: set[tuple[int | None, date, str, DataRead]] = set()
MAX_REMEMBERED = 100_000


def _remember(keys: Collection[tuple[int | None, date, str, DataRead]]) -> None:
    if len(_stored) > MAX_REMEMBERED:
        forget_stored_reads()
    _stored.update(keys)


@clears_cache
def forget_stored_reads() -> None:
    """Forget which reads are stored, so that the next ones are compared with the table."""
    _stored.clear()
