"""Pure rules of doses: plausible days, and lots that may be given."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused
from kini.vaccination.sites.models import Lot

#: Day before which no dose is recorded.
EARLIEST = date(1900, 1, 1)


def require_day(given_on: date, today: date, born: date | None) -> None:
    """Raise ActionRefused for a day in the future, before anybody's lifetime or before the person's birth."""
    if given_on > today:
        raise ActionRefused(_("The day %(day)s lies in the future. Correct the date.") % {"day": given_on.isoformat()})
    if given_on < EARLIEST or (born and given_on < born):
        raise ActionRefused(_("The day %(day)s is too early. Correct the year.") % {"day": given_on.isoformat()})


def lot_fault(lot: Lot, vaccine: str, given_on: date, given_at: datetime | None) -> str:
    """Return why a lot may not be given at that time, in a sentence; "" if it may.

    Args:
        vaccine: id of the pack.
    """
    if lot.vaccine != vaccine:
        return _("Lot %(lot)s is of another vaccine. Compare the number with the vial.") % {"lot": lot.number}
    if lot.expires_on < given_on:
        return _("Lot %(lot)s expired on %(day)s. Put it aside and take another one.") % {
            "lot": lot.number,
            "day": lot.expires_on.isoformat(),
        }
    if lot.recalled_at and (given_at is None or given_at >= lot.recalled_at):
        return _("Lot %(lot)s was recalled. Put it aside and take another one.") % {"lot": lot.number}
    return ""
