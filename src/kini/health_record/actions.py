"""Writes: showing a record for an hour, ending it, and each opening of it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.health_record.models import LIFETIME, Share
from kini.health_record.queries import is_open, people_of, shareable_sections
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Resident

PREFIX = "HS"
#: Type of an opening in the access log.
ACCESS_TYPE = "health-record-share"
#: Open shares of one account.
MOST_OPEN = 5


@action
def share_record(*, by: Actor, resident: Resident, sections: Sequence[str]) -> Share:
    """Show sections of one's own record, or of a family member's, for an hour to anybody with the code.

    Raises:
        NotAllowed: the record is somebody else's.
        ActionRefused: no section was chosen, or too many shares are open.
    """
    if by.user_id is None:
        raise NotAllowed(_("Sign in first."))
    own = people_queries.own_profile(by)
    if resident.pk not in {each.pk for each in people_of(own)}:
        raise NotAllowed(_("You can show only your own record and those of your family."))
    chosen = [name for name in shareable_sections() if name in sections]
    if not chosen:
        raise ActionRefused(_("Choose at least one part to show."))
    now = current_time.now()
    if Share.objects.filter(user=by.user_id, revoked_at=None, ends_at__gt=now).count() >= MOST_OPEN:
        raise ActionRefused(_("You are showing your record several times already. End one of them first."))
    share = Share.objects.create(
        reference=references.generate(PREFIX),
        resident=resident,
        user_id=by.user_id,
        code=references.generate_code(),
        sections=chosen,
        created_at=now,
        ends_at=now + LIFETIME,
    )
    detail = {"sections": chosen, "resident": resident.pk}
    audit.record(by=by, action="health_record.shared", subject=f"share:{share.reference}", detail=detail)
    return share


@action
def revoke_share(*, by: Actor, share: Share) -> None:
    """End a share at once. Nothing happens to one that has ended.

    Raises:
        NotAllowed: somebody else made it.
    """
    share = Share.objects.select_for_update().get(pk=share.pk)
    if by.user_id != share.user_id:
        raise NotAllowed(_("Only the person who shows a record can end it."))
    if share.revoked_at is None:
        share.revoked_at, share.code = current_time.now(), None
        share.save(update_fields=["revoked_at", "code"])
        audit.record(by=by, action="health_record.share-revoked", subject=f"share:{share.reference}", detail={})


@action
def open_share(*, by: Actor, code: str, reader: str) -> Share:
    """Log that somebody opens a record with a code; the caller shows it afterwards.

    The row is locked, so that a share is not opened any more once it was revoked.

    Raises:
        ActionRefused: the code is wrong or has ended, or no name was given.
    """
    parsed = references.parse_code(code)
    rows = Share.objects.select_for_update(of=("self",)).select_related("resident")
    share = rows.filter(code=parsed).first() if parsed else None
    if share is None or not is_open(share):
        raise ActionRefused(_("This code is wrong or no longer valid. Ask the person to show the record again."))
    people_actions.log_outside_read(
        by=by, resident=share.resident, what=ACCESS_TYPE, reader=reader, reference=share.reference
    )
    return share
