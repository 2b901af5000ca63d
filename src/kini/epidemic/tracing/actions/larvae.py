"""Actions on larva inspections: open one around a case, record visits to houses."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing.models import ContainerCount, HouseVisit, LarvaInspection
from kini.people.rules import require
from kini.web.formats import today

#: Most containers of one type in a house.
MOST = 200


@action
def open_inspection(*, by: Actor, case: CaseRecord) -> LarvaInspection | None:
    """Open the inspection of the houses around a case, once; None for a disease that mosquitoes do not carry.

    Raises:
        NotAllowed: unless the actor traces in the case's area.
    """
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(case.agency_id, case.area_path))
    control = disease_of(case.disease).vector_control
    if control is None:
        return None
    inspection, made = LarvaInspection.objects.get_or_create(
        case=case,
        defaults={
            "disease": case.disease,
            "agency_id": case.agency_id,
            "unit": city_queries.unit_for(case.agency_id, case.area),
            "area": case.area,
            "area_path": case.area_path,
            "due_on": case.reported_on + timedelta(days=control.within_days),
            "planned_houses": control.houses,
            "created_at": current_time.now(),
        },
    )
    if made:
        audit.record(by=by, action="epidemic.inspection-opened", subject=_subject(inspection))
    return inspection


@action
def record_house_visit(
    *,
    by: Actor,
    inspection: LarvaInspection,
    house: str,
    result: str,
    containers: Mapping[str, tuple[int, int]],
    client_key: UUID,
    day: date | None = None,
) -> HouseVisit:
    """Record a visit to a house, once by the key of the form.

    The inspection closes with the last planned house; further houses are still recorded.

    Args:
        containers: inspected and positive containers by type.

    Raises:
        NotAllowed: outside the actor's area.
        ActionRefused: for numbers that cannot be.
    """
    inspection = LarvaInspection.objects.select_for_update().get(pk=inspection.pk)
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(inspection.agency_id, inspection.area_path))
    if stored := HouseVisit.objects.filter(client_key=client_key).first():
        return stored
    _require_possible(inspection, house, result, containers, day or today())
    visit = HouseVisit.objects.create(
        inspection=inspection,
        house=house.strip()[:120],
        day=day or today(),
        result=result,
        client_key=client_key,
        by_id=by.user_id,
        created_at=current_time.now(),
    )
    ContainerCount.objects.bulk_create(
        ContainerCount(visit=visit, container=name, inspected=inspected, positive=positive)
        for name, (inspected, positive) in containers.items()
        if inspected
    )
    done = inspection.visits.filter(result="inspected").count()
    if inspection.closed_at is None and done >= inspection.planned_houses:
        inspection.closed_at = current_time.now()
        inspection.save(update_fields=["closed_at"])
    audit.record(by=by, action="epidemic.house-visited", subject=_subject(inspection), detail={"visit": visit.pk})
    return visit


def _require_possible(
    inspection: LarvaInspection, house: str, result: str, containers: Mapping[str, tuple[int, int]], day: date
) -> None:
    if not house.strip():
        raise ActionRefused(_("Write the number of the house, or how it is found."))
    if result not in HouseVisit.RESULTS:
        raise ActionRefused(_("Choose how the visit went."))
    if day > today():
        raise ActionRefused(_("The day is in the future. Give a day until today."))
    control = disease_of(inspection.disease).vector_control
    for name, (inspected, positive) in containers.items():
        if control is None or name not in control.containers:
            raise ActionRefused(_("Unknown container: {name}.").format(name=name))
        if not 0 <= positive <= inspected <= MOST:
            raise ActionRefused(
                _("{name}: there cannot be more containers with larvae than were looked at.").format(
                    name=control.containers[name]
                )
            )
    if result != "inspected" and any(inspected for inspected, _positive in containers.values()):
        raise ActionRefused(_("Containers are counted only in a house that was inspected."))


def _subject(inspection: LarvaInspection) -> str:
    return f"epidemic-inspection:{inspection.pk}"
