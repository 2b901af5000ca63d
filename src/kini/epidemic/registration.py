"""Registration of the room's parts with the registries of the house."""

from django.utils.translation import gettext_lazy as _

from kini.city.public import pack_checks
from kini.epidemic.diseases.disease_files import check_diseases
from kini.epidemic.imports import registration as imports
from kini.epidemic.models import CaseRecord, LabTest
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention import registration as prevention
from kini.epidemic.surveillance import registration as surveillance
from kini.people.public import OnMerge, PersonReference, register_permissions, register_reference


def register() -> None:
    """Register everything that other rooms look up."""
    register_permissions(EpidemicPermission)
    pack_checks.register("diseases", check_diseases)
    refusal = _("Both persons have a record of the same illness: merge the two records first.")
    register_reference(PersonReference(CaseRecord, refusal=refusal))
    register_reference(PersonReference(LabTest, on_merge=OnMerge.MOVE, refusal=refusal))
    prevention.register()
    surveillance.register()
    imports.register()
