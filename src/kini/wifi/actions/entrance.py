"""What FreeRADIUS may do in the database."""

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import entrance
from kini.wifi.taking import in_turn, only_program


@action
def let_radius_in(*, by: Actor, make: bool = True) -> None:
    """Have FreeRADIUS's role may ask for decisions, and for nothing else (`entrance`).

    Args:
        make: make the role too where it is not there, or does not get through.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    in_turn("wifi:entrance")
    if make and entrance.problem() and entrance.make():
        audit.record(by=by, action="wifi.radius-role-made", subject=f"database-role:{entrance.role()}")
    entrance.fit()
