"""Work of the worker: shifts of the next weeks, messages about shifts."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.together.volunteers import actions, notifications, queries
from kini.together.volunteers.events import ShiftCancelled
from kini.together.volunteers.models import SignUp

BY = system("together")


@periodic("20 17 * * *", name="together.plan_shifts")
def plan_shifts() -> None:
    """Make the shifts of the next weeks (just after midnight in the city)."""
    actions.plan_shifts(by=BY)


@periodic("5 * * * *", name="together.shifts_near")
def shifts_near() -> None:
    """Tell volunteers about shifts of the next day, each once."""
    for each in queries.tomorrows_sign_ups():
        notifications.notify(each, notifications.NEAR)


@subscribe(ShiftCancelled, name="together.shift_cancelled")
def shift_cancelled(event: ShiftCancelled) -> None:
    """Tell a volunteer that a shift was cancelled."""
    rows = SignUp.objects.select_related("shift__activity", "volunteer__resident__user", "role")
    if sign_up := rows.filter(pk=event.sign_up).first():
        notifications.notify(sign_up, notifications.CANCELLED)
