"""Actions on adverse events after a dose, and on answers of the follow-up."""

from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.people.rules import require
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.record_access import require_may_vaccinate
from kini.vaccination.events import AdverseEventRecorded
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites.models import Site
from kini.vaccination.visits.entries import EventEntry
from kini.vaccination.visits.models import AdverseEvent, FollowUp, Visit

#: Prefix of references of adverse events.
PREFIX = "AE"


@action
def record_event(*, by: Actor, site: Site, entry: EventEntry) -> AdverseEvent:
    """Record what happened to somebody at the site after a dose. The same entry twice is one event.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        ActionRefused: without a dose of this visit.
    """
    require_may_vaccinate(by, site)
    visit = Visit.objects.filter(site=site, uuid=entry.visit).first()
    visit = visit or Visit.objects.filter(site=site, dose__uuid=entry.visit).first()
    dose = visit.dose if visit else None
    if dose is None or dose.state != "given":
        raise ActionRefused(_("Record the dose first; then what happened after it."))
    return _store(
        by,
        dose,
        entry.uuid,
        severity=entry.severity,
        signs=entry.signs,
        measures=entry.measures,
        referred_to=entry.referred_to,
        began_at=min(entry.at, current_time.now()),
        source="site",
    )


@action
def review_event(*, by: Actor, event: AdverseEvent, review: str) -> AdverseEvent:
    """Record what the health agency found about a serious event.

    Raises:
        NotAllowed: unless the actor reviews events of the dose's area.
        ActionRefused: without words, or if it was reviewed.
    """
    event = AdverseEvent.objects.select_for_update(of=("self",)).select_related("dose").get(pk=event.pk)
    require(by, VaccinationPermission.REVIEW_EVENTS, Scope(event.dose.agency_id, event.dose.site_area_path))
    if event.reviewed_at:
        raise ActionRefused(_("This event was reviewed already."))
    if not review.strip():
        raise ActionRefused(_("Write what was found, and what follows from it."))
    event.review, event.reviewed_at, event.reviewed_by_id = review.strip()[:2000], current_time.now(), by.user_id
    event.save(update_fields=["review", "reviewed_at", "reviewed_by"])
    audit.record(by=by, action="vaccination.event-reviewed", subject=f"adverse-event:{event.reference}")
    return event


@action
def answer_follow_up(*, by: Actor, follow_up: FollowUp, feeling: str, words: str = "") -> FollowUp:
    """Record how somebody feels some days after a dose; a serious answer becomes an event. The first one counts.

    Args:
        feeling: of `FollowUp.FEELINGS`.
        words: what happened; needed for no answer.

    Raises:
        ActionRefused: for an unknown answer.
    """
    follow_up = FollowUp.objects.select_for_update(of=("self",)).select_related("dose").get(pk=follow_up.pk)
    if feeling not in FollowUp.FEELINGS:
        raise ActionRefused(_("Choose how you feel."))
    if follow_up.feeling:
        return follow_up
    follow_up.feeling, follow_up.answered_at = feeling, current_time.now()
    follow_up.save(update_fields=["feeling", "answered_at"])
    detail = {"dose": follow_up.dose.reference, "days": follow_up.days_after}
    audit.record(by=by, action="vaccination.follow-up-answered", subject=f"follow-up:{follow_up.pk}", detail=detail)
    if feeling != "well":
        _store(
            by,
            follow_up.dose,
            uuid4(),
            severity=feeling,
            signs=words.strip()[:1000] or _("Told in the follow-up, without details"),
            began_at=follow_up.answered_at,
            source="follow-up",
        )
    return follow_up


def _store(by: Actor, dose: Dose, uuid: UUID, *, began_at: datetime, **values: str) -> AdverseEvent:
    defaults = {"reference": references.generate(PREFIX), "dose": dose, "began_at": began_at, **values}
    event, created = AdverseEvent.objects.get_or_create(uuid=uuid, defaults=defaults | {"recorded_by_id": by.user_id})
    if created:
        detail = {"dose": dose.reference, "severity": event.severity}
        subject = f"adverse-event:{event.reference}"
        audit.record(by=by, action="vaccination.event-recorded", subject=subject, detail=detail)
        events.publish(AdverseEventRecorded(event.pk))
    return event
