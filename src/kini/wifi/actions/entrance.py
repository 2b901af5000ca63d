"""Grant FreeRADIUS access to the database."""

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import entrance
from kini.wifi.taking import in_turn, only_program


@action
def let_radius_in(*, by: Actor, make: bool = True) -> None:
    """Restrict the role of FreeRADIUS to asking for decisions (`database_role`).

    Args:
        make: also create the role if it is missing or cannot sign in.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn("wifi:entrance")
    if make and entrance.problem() and entrance.make():
        audit.record(by=by, action="wifi.radius-role-made", subject=f"database-role:{entrance.role()}")
    entrance.fit()
