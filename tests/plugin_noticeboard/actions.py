"""Writes of the noticeboard."""

from datetime import date

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people.rules import require_somewhere
from kini.web.formats import today
from tests.plugin_noticeboard.events import NoticePosted
from tests.plugin_noticeboard.models import Notice
from tests.plugin_noticeboard.permissions import NoticeboardPermission


@action
def post_notice(*, by: Actor, title: str, text: str, last_day: date) -> Notice:
    """Post a notice.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: when its last day is over, or a text is missing.
    """
    require_somewhere(by, NoticeboardPermission.POST_NOTICES)
    if last_day < today():
        raise ActionRefused(_("The last day is over. Choose today or a later day."))
    if not title.strip() or not text.strip():
        raise ActionRefused(_("A notice needs a title and a text."))
    notice = Notice.objects.create(
        title=title.strip(), text=text.strip(), posted_at=current_time.now(), last_day=last_day
    )
    audit.record(by=by, action="noticeboard.posted", subject=f"notice:{notice.pk}", detail={"until": f"{last_day}"})
    events.publish(NoticePosted(notice.pk))
    return notice


@action
def record_receipt(*, by: Actor, notice: int, receipt: str) -> None:
    """Store that the press took a notice; again changes nothing.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the program records receipts."))
    if Notice.objects.filter(pk=notice).exclude(press_receipt=receipt).update(press_receipt=receipt):
        audit.record(by=by, action="noticeboard.press-took-it", subject=f"notice:{notice}")
