"""Grant FreeRADIUS access to the database."""

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.radius import database_role


@action
def grant_radius_access(*, by: Actor, make: bool = True) -> None:
    """Restrict the role of FreeRADIUS to asking for decisions (`database_role`).

    Args:
        make: also create the role if it is missing or cannot sign in.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction("wifi:entrance")
    if make and database_role.find_problem() and database_role.create_role():
        audit.record(by=by, action="wifi.radius-role-made", subject=f"database-role:{database_role.role_name()}")
    database_role.restrict_functions()
