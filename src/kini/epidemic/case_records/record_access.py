"""Access to case records: the policy, who may record and change, and pages of other parts about a record."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city import queries as city_queries
from kini.city.models import Unit
from kini.core import references
from kini.core.actors import Actor, NotAllowed
from kini.core.grants import Scope
from kini.core.registry import Registry
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.permissions import EpidemicPermission
from kini.people.public import permission_filters
from kini.people.rules import may, require_somewhere
from kini.records.public import AccessPolicy, Door, Doors, facilities_of, may_read

#: Types of facilities where patients are looked after.
CARING = ("hospital",)
#: Prefix of references of case records.
PREFIX = "EP"
#: Type of reads in the access log, and purposes of reading.
ACCESS_TYPE = "case-record"
CARE, SURVEILLANCE = "care", "surveillance"


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of another part of the room about a case record, linked on the record.

    Attributes:
        address: for an officer; "" where they have no such page.
    """

    label: str | Promise
    address: Callable[[Actor, CaseRecord], str]


case_pages: Registry[CasePage] = Registry("page about a case record")


def case_by_number(typed: str) -> CaseRecord | None:
    """Return the case record of a typed reference, or None."""
    reference = references.parse(PREFIX, typed)
    return CaseRecord.objects.filter(reference=reference).first() if reference else None


def case_url(case: CaseRecord) -> str:
    """Return the address of a record's page for officers."""
    return reverse("epidemic:desk-case", args=[case.reference])


POLICY = AccessPolicy(
    name="case-record",
    model=CaseRecord,
    label=gettext_lazy("Case record of an illness"),
    doors=Doors(
        area=EpidemicPermission.SEE_CASE_RECORDS,
        facility=EpidemicPermission.SEE_FACILITY_RECORDS,
        team=EpidemicPermission.SEE_FACILITY_RECORDS,
        break_glass=True,
    ),
    purposes=(CARE, SURVEILLANCE),
    access_type=ACCESS_TYPE,
    columns=permission_filters.ScopeColumns(service=""),
    facility="facility_id",
    subject="person_id",
    reference="reference",
    find=case_by_number,
    url=case_url,
)


def require_may_record(by: Actor, facility: Unit | None, scope: Scope) -> None:
    """Raise NotAllowed unless the actor may record for a facility, as a member of it, or for its area.

    Args:
        scope: of the residence, which counts without a facility.
    """
    require_somewhere(by, EpidemicPermission.RECORD_CASES)
    where = Scope(facility.agency_id, facility.area.path) if facility else scope
    if may(by, EpidemicPermission.RECORD_CASES, where):
        return
    if facility is None or facility.pk not in facilities_of(by):
        raise NotAllowed(_("You do not work at this facility. Ask its head to add you."))


def require_may_record_at(by: Actor, facility: Unit) -> None:
    """Raise NotAllowed unless the actor may record for a facility."""
    require_may_record(by, facility, Scope())


def require_may_change(by: Actor, case: CaseRecord) -> None:
    """Raise NotAllowed unless a record is open to the actor for their work, and they record cases."""
    require_somewhere(by, EpidemicPermission.RECORD_CASES)
    if may_read(by, case) in (None, Door.BREAK_GLASS):
        raise NotAllowed(_("This record belongs to another facility or area. Ask its team to transfer it."))


def facilities_where_records(by: Actor) -> list[Unit]:
    """Return the facilities for which an officer records: where they are a member, else the units of their areas."""
    units = [unit for key in sorted(facilities_of(by)) if (unit := city_queries.unit(key)) and unit.active]
    if units:
        return units
    grants = [each for each in by.grants if EpidemicPermission.RECORD_CASES in each.permissions and each.area_path]
    areas = [city_queries.area(each.area_path.rpartition("/")[2]) for each in grants]
    near = [
        city_queries.unit_for(each.agency, area) for each, area in zip(grants, areas, strict=True) if area is not None
    ]
    return list({unit.pk: unit for unit in near if unit}.values())
