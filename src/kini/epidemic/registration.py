"""Registration of the room's parts with the registries of the house."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.cases.public import CasePermission
from kini.city.public import pack_checks
from kini.epidemic.case_records import registration as case_records
from kini.epidemic.checkin import registration as checkin
from kini.epidemic.checkin.queries import entry_checks
from kini.epidemic.diseases.disease_files import check_diseases
from kini.epidemic.imports import registration as imports
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention import registration as prevention
from kini.epidemic.simulate import registration as simulate
from kini.epidemic.spread import registration as spread
from kini.epidemic.surveillance import registration as surveillance
from kini.epidemic.tracing import registration as tracing
from kini.epidemic.tracing.queries import is_in_quarantine
from kini.people.public import has_permission, register_permissions
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything that other rooms look up."""
    register_permissions(EpidemicPermission)
    pack_checks.register("diseases", check_diseases)
    case_records.register()
    prevention.register()
    surveillance.register()
    checkin.register()
    imports.register()
    simulate.register()
    tracing.register()
    spread.register()
    entry_checks.register("quarantine", is_in_quarantine)
    for place, order in (("main", 80), ("account", 1)):
        desk = NavItem("epidemic:desk-cases", _("Desk"), "briefcase", order, place, visible=_has_health_desk_alone)
        navigation.register(f"health-desk-{place}", desk)


def _has_health_desk_alone(request: HttpRequest) -> bool:
    """Return whether the visitor's desk is that of health: others reach it from the queue of cases."""
    sees_records = has_permission(EpidemicPermission.SEE_FACILITY_RECORDS)(request)
    return sees_records and not has_permission(CasePermission.SEE_CASES)(request)
