"""Calendar feed of a volunteer (RFC 5545), at an address that nobody can guess."""

from datetime import UTC, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core import current_time
from kini.core.crypto import candidate_hashes, keyed_hash
from kini.together.volunteers.models import Volunteer

PURPOSE = "together calendar feed"
#: Shifts that ended longer ago are left out.
PAST = timedelta(days=90)


def feed_address(volunteer: Volunteer) -> str:
    """Secret address of a volunteer's feed."""
    secret = keyed_hash(_secret_of(volunteer), PURPOSE).hex()
    return f"{settings.ENV.address}{reverse('together:calendar', args=[volunteer.pk, secret])}"


def _secret_of(volunteer: Volunteer) -> str:
    return f"{volunteer.pk}:{volunteer.feed_version}"


def _is_address_of(volunteer: Volunteer, secret: str) -> bool:
    """True for the address made with the current key, or with an earlier one that is still kept."""
    hashes = candidate_hashes(_secret_of(volunteer), PURPOSE)
    return any(constant_time_compare(secret, each.hex()) for each in hashes)


@never_cache
@require_safe
def calendar(request: HttpRequest, number: int, secret: str) -> HttpResponse:
    """Shifts of a volunteer. Names of activities and places; nothing about the person."""
    import icalendar  # here: 10 MB that most processes never need

    volunteer = Volunteer.objects.filter(pk=number).first()
    if volunteer is None or not _is_address_of(volunteer, secret):
        raise Http404
    since = current_time.now() - PAST
    host = request.get_host().split(":")[0]
    events = []
    for each in volunteer.sign_ups.filter(shift__ends_at__gte=since).select_related("shift__activity__area", "role"):
        gone = each.state == "cancelled"
        activity = each.shift.activity
        events.append(
            icalendar.Event.new(
                uid=f"shift-{each.pk}@{host}",
                sequence=int(gone),
                stamp=each.changed_at.astimezone(UTC),
                start=each.shift.starts_at.astimezone(UTC),
                end=each.shift.ends_at.astimezone(UTC),
                summary=f"{activity.name}: {each.role.name}",
                location=f"{activity.meeting_point}, {activity.area.name}",
                status=icalendar.STATUS.CANCELLED if gone else icalendar.STATUS.CONFIRMED,
            )
        )
    file = icalendar.Calendar.new(prodid="-//Kini//Kini//", subcomponents=events)
    return HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8")
