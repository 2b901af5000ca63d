"""Actions on gatherings: record a venue or event, and who told with consent that they were there."""

from datetime import date

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing.contact_changes import tracing_of
from kini.epidemic.tracing.models import Attendance, Gathering
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import has_profile
from kini.people.rules import require, scope_with
from kini.records import actions as record_actions
from kini.web.formats import today

VENUE_VISITS = "epidemic.venue-visits"


@action
def record_gathering(
    *,
    by: Actor,
    disease: str,
    name: str,
    setting: str,
    area: Area,
    first_day: date,
    last_day: date | None = None,
    people: int | None = None,
) -> Gathering:
    """Record a venue on some days or an event, or return the one of the same name, area and first day.

    Raises:
        NotAllowed: unless the actor traces contacts.
        ActionRefused: for days that are not possible, or a setting that the disease does not have.
    """
    scope = scope_with(by, EpidemicPermission.TRACE_CONTACTS) if by.is_officer else Scope("")
    last_day, name = last_day or first_day, " ".join(name.split())
    if not name:
        raise ActionRefused(_("Write the name of the venue or event."))
    if not first_day <= last_day <= today():
        raise ActionRefused(_("Give the days of the gathering: the first one, then the last one, until today."))
    if setting not in tracing_of(disease).settings:
        raise ActionRefused(_("Choose where they met."))
    gathering, made = Gathering.objects.get_or_create(
        disease=disease,
        area=area,
        name=name,
        first_day=first_day,
        defaults={
            "setting": setting,
            "agency_id": scope.agency or "dinkes",
            "area_path": area.path,
            "last_day": last_day,
            "people": people,
            "created_by_id": by.user_id,
            "created_at": current_time.now(),
        },
    )
    if made:
        audit.record(by=by, action="epidemic.gathering-recorded", subject=f"epidemic-gathering:{gathering.pk}")
    return gathering


@action
def record_attendance(
    *, by: Actor, gathering: Gathering, person: Person, day: date, consent_evidence: str
) -> Attendance:
    """Record that a person was at a gathering, which they told freely. A profile gets a consent that can be withdrawn.

    Args:
        consent_evidence: where the person agreed: the interview, or the number of the paper.

    Raises:
        NotAllowed: unless the actor traces contacts of the gathering's area.
        ActionRefused: without consent, or for a day on which there was no gathering.
    """
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(gathering.agency_id, gathering.area_path))
    evidence = consent_evidence.strip()[:120]
    if not evidence:
        raise ActionRefused(_("Ask the person first, and write where they agreed."))
    if not gathering.first_day <= day <= gathering.last_day:
        raise ActionRefused(_("On this day there was no gathering. Give one of its days."))
    person = people_queries.root_of(person)
    attendance, made = Attendance.objects.get_or_create(
        gathering=gathering,
        person=person,
        defaults={"day": day, "consent_evidence": evidence, "created_by_id": by.user_id},
    )
    if made:
        if has_profile(person) and by.is_officer:
            record_actions.give_consent(by=by, resident=person.resident, purpose=VENUE_VISITS, evidence=evidence)
        subject = f"epidemic-gathering:{gathering.pk}"
        audit.record(
            by=by, action="epidemic.attendance-recorded", subject=subject, detail={"attendance": attendance.pk}
        )
    return attendance
