"""Actions of the access log; entries are written before the data is shown."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from kini.core import audit, events, security_log
from kini.core.actions import action, statement_action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.core.grants import Scope
from kini.core.models import AuditEntry
from kini.people import access_log, access_log_rules, action_helpers, rules
from kini.people.access_log import DataRead
from kini.people.access_purposes import CASEWORK
from kini.people.events import UnusualAccess
from kini.people.models import AccessLog, Officer, Resident
from kini.people.permissions import PeoplePermission

LONGEST_READER = 160


@statement_action
def log_reads(*, by: Actor, what: str, reads: Collection[DataRead], purpose: str = CASEWORK) -> None:
    """Log an officer's reads of these items, each once a day; does nothing for other actors.

    The caller has checked the permission to read. One statement, deferred to the next one inside a transaction.

    Args:
        what: an `AccessType`, or a type that another room registered (`access_types`).
    """
    access_log.store_reads(by, what, reads, purpose)


@action
def report_unusual_access(*, by: Actor, officer: Officer, day: date, reads: int, looks: int) -> bool:
    """Report an officer's unusual number of accesses on a day, once per day and type. Return True if it is new.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    subject = f"access:{officer.pk}:{day.isoformat()}:{'looks' if looks else 'reads'}"
    if AuditEntry.objects.filter(subject=subject).exists():
        return False
    audit.record(by=by, action="people.access-unusual", subject=subject, detail={"reads": reads, "looks": looks})
    events.publish(UnusualAccess(officer.pk, day.isoformat(), reads, looks))
    security_log.report("access-unusual", officer=officer.pk, reads=reads, looks=looks)
    return True


@action
def log_outside_read(
    *, by: Actor, resident: Resident, what: str, reader: str, reason: str = "", reference: str = ""
) -> AccessLog:
    """Log a read from outside that the person allowed (a doctor by a code, a program), before the data is shown.

    Args:
        what: a registered type of access (`access_types`).
        reader: name of the program, or the name that the reader gave.

    Raises:
        ActionRefused: without a name.
    """
    name = access_log_rules.normalise_reason(reader)[:LONGEST_READER]
    if not name:
        raise ActionRefused(_("Write your name, so that the person can see who read this."))
    entry = AccessLog.objects.create(resident=resident, reader=name, what=what, reason=reason, reference=reference)
    detail = {"what": what, "reference": reference}
    audit.record(by=by, action="people.read-from-outside", subject=f"resident:{resident.pk}", detail=detail)
    return entry


@action
def log_look(
    *,
    by: Actor,
    resident: Resident | None,
    what: str,
    reason: str,
    purpose: str = "",
    reference: str = "",
    scope: Scope | None = None,
) -> AccessLog:
    """Log an officer's look at hidden data, before it is shown. The person can read the entry.

    Args:
        resident: None for a guest's report, identified by `reference`.
        what: "national-id", "answers", "profile" ...
        scope: of the case; None: the permission over any scope suffices.

    Raises:
        NotAllowed: without the permission to see identities.
        ActionRefused: without an acceptable reason or a listed purpose.
    """
    if scope is None:
        rules.require_somewhere(by, PeoplePermission.SEE_IDENTITY)
    else:
        rules.require(by, PeoplePermission.SEE_IDENTITY, scope)
    return action_helpers.log_access(by, resident, what, reason, reference, purpose)
