"""Subscriptions to an area: messages on days with news about its public reports."""

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.reports import area_news
from kini.reports.models import AreaSubscription

MOST_AREAS = 5


@action
def follow_area(*, by: Actor, area: Area) -> AreaSubscription:
    """Want messages about public reports of an area, and get one that confirms it; again changes nothing.

    Raises:
        NotAllowed: for a visitor who is not signed in.
        ActionRefused: there are too many areas.
    """
    if by.user_id is None:
        raise NotAllowed(_("Sign in to get messages about an area."))
    if AreaSubscription.objects.filter(user_id=by.user_id).exclude(area=area).count() >= MOST_AREAS:
        raise ActionRefused(_("You can choose five areas. Take one away first."))
    subscription, created = AreaSubscription.objects.get_or_create(
        user_id=by.user_id, area=area, defaults={"told_until": current_time.now()}
    )
    if created:
        audit.record(by=by, action="reports.area-followed", subject=f"user:{by.user_id}", detail={"area": area.pk})
        area_news.confirm(subscription)
    return subscription


@action
def leave_area(*, by: Actor, subscription: int, user: int) -> bool:
    """Want no more messages about an area; return False if there were none any more.

    Args:
        user: whose subscription it is: of the person who acts, or whom a signed link names.
    """
    gone = AreaSubscription.objects.filter(pk=subscription, user_id=user).delete()[0]
    if gone:
        audit.record(by=by, action="reports.area-left", subject=f"user:{user}")
    return bool(gone)


@action
def tell_area(*, by: Actor, subscription: AreaSubscription) -> bool:
    """Send the news of an area since the last time; return False if there are none.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    mine = (
        AreaSubscription.objects.select_for_update().select_related("user", "area").filter(pk=subscription.pk).first()
    )
    if mine is None:
        return False
    now = current_time.now()
    told = area_news.tell(mine, now)
    AreaSubscription.objects.filter(pk=mine.pk).update(told_until=now)
    return told
