"""One change of a dose: locked, remembered as a revision, with its version raised and the event published."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kini.core import audit, events
from kini.core.actors import ActionRefused, Actor
from kini.vaccination.doses.models import Dose, DoseRevision
from kini.vaccination.events import DoseChanged

#: Fields whose earlier values a revision keeps.
REVISED = (
    *("person_id", "campaign", "vaccine", "number", "group", "volume_ul", "lot_id", "lot_number", "given_on"),
    *("given_at", "area_id", "age", "sex", "state", "reason"),
)


class StaleForm(ActionRefused):
    """The dose was changed since the form was opened.

    Attributes:
        dose: as it is now.
    """

    def __init__(self, dose: Dose) -> None:
        super().__init__(_("Somebody changed this dose while you were writing. Look at it, then save again."))
        self.dose = dose


@contextmanager
def dose_change(by: Actor, dose: Dose, change: str, reason: str, *, version: int | None = None) -> Iterator[Dose]:
    """Lock a dose and yield it to be changed; then save it with its revision, audit entry and event.

    Within the transaction of an action that has checked permissions.

    Args:
        change: of `DoseRevision.CHANGES`.
        version: that the form was opened with; None: the change holds even if the dose changed in between.

    Raises:
        StaleForm: if the dose has another version.
        ActionRefused: if it was entered in error, which is final, or if nothing changed.
    """
    current = Dose.objects.select_for_update(of=("self",)).get(pk=dose.pk)
    if version is not None and version != current.version:
        raise StaleForm(current)
    if current.state == "entered-in-error":
        raise ActionRefused(_("This dose was entered in error. Record the right one as a new dose."))
    before = {name: getattr(current, name) for name in REVISED}
    yield current
    changed = {name: _plain(value) for name, value in before.items() if value != getattr(current, name)}
    if not changed:
        raise ActionRefused(_("Nothing differs from what is recorded."))
    DoseRevision.objects.create(
        dose=current, version=current.version, change=change, by_id=by.user_id, reason=reason, before=changed
    )
    current.version += 1
    current.save()
    current.refresh_from_db(fields=["person"])
    detail = {"version": current.version, "fields": sorted(changed)}
    audit.record(by=by, action=f"vaccination.dose-{change}", subject=f"dose:{current.reference}", detail=detail)
    events.publish(DoseChanged(current.pk, before["person_id"]))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
