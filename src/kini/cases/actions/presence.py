"""Open a case at the desk: log the read and record who has the case open."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.cases import access, read_log
from kini.cases.actions.notes import mark_mentions_read
from kini.cases.models import Case, Presence
from kini.cases.permissions import CasePermission
from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed
from kini.people import queries as people_queries

#: Lifetime of a presence in seconds. Pages renew it three times as often.
PRESENCE_SECONDS = 60


@action
def open_at_desk(*, by: Actor, case: Case) -> None:
    """Log the read, record presence and mark mentions as read, in one transaction.

    Raises:
        NotAllowed: as `record_presence`.
    """
    read_log.log_case(by, case)
    record_presence(by=by, case=case)
    mark_mentions_read(by=by, case=case)


@action
def record_presence(*, by: Actor, case: Case) -> None:
    """Record for PRESENCE_SECONDS that the officer has the case open.

    Too short-lived for an audit entry.

    Raises:
        NotAllowed: when they do not see the case, or are no working officer.
    """
    access.require_at_desk(by, CasePermission.SEE_CASES, case)
    officer = people_queries.officer_of(by)
    if officer is None:
        raise NotAllowed(_("Only officers work on cases."))
    until = current_time.now() + timedelta(seconds=PRESENCE_SECONDS)
    row = Presence(case=case, officer=officer, until=until)
    Presence.objects.bulk_create(
        [row], update_conflicts=True, update_fields=["until"], unique_fields=["case", "officer"]
    )
