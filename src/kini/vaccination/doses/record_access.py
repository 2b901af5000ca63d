"""Access to doses: the policy of their records."""

from django.utils.translation import gettext_lazy

from kini.core import references
from kini.people.public import permission_filters
from kini.records.public import AccessPolicy, Doors
from kini.vaccination.doses.models import Dose
from kini.vaccination.permissions import VaccinationPermission

#: Prefix of references of doses.
PREFIX = "VC"
#: Type of reads in the access log, and purposes of reading.
ACCESS_TYPE = "dose"
VACCINATE, CORRECT = "vaccinate", "correct-doses"


def dose_by_number(typed: str) -> Dose | None:
    """Return the dose of a typed reference, or None."""
    reference = references.parse(PREFIX, typed)
    return Dose.objects.filter(reference=reference).first() if reference else None


POLICY = AccessPolicy(
    name="dose",
    model=Dose,
    label=gettext_lazy("Dose of a vaccine"),
    doors=Doors(
        area=VaccinationPermission.SEE_AREA_DOSES,
        facility=VaccinationPermission.SEE_DOSES,
        break_glass=True,
    ),
    purposes=(VACCINATE, CORRECT),
    access_type=ACCESS_TYPE,
    columns=permission_filters.ScopeColumns(area_path="site_area_path", service=""),
    facility="facility_id",
    subject="person_id",
    reference="reference",
    find=dose_by_number,
)
