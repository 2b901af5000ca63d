"""Registration of the room's parts with the registries of the house."""

from datetime import date

from kini.city.public import pack_checks
from kini.core.database.prepared_statements import execute_prepared
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
from kini.people.public import register_permissions

_QUARANTINE = """
    SELECT 1 FROM epidemic_contact WHERE person_id = %s AND status = 'active' AND quarantine_until >= %s LIMIT 1
"""


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
    entry_checks.register("quarantine", _is_in_quarantine)


def _is_in_quarantine(person: int, today: date) -> bool:
    """Return whether a contact's quarantine keeps a person from venues."""
    return bool(execute_prepared(_QUARANTINE, [person, today]))
