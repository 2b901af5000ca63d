"""Work of the worker: visits are drawn at night."""

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.together.visits import actions


@periodic("50 17 * * *", name="together.draw_visits")
def draw_visits() -> None:
    """Draw visits (before one at night in the city)."""
    actions.draw_visits(by=system("together"))
