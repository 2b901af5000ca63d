"""Stock behind a recorded dose: given back when the dose never was, moved to another lot when that was wrong.

A dose moves stock under its uuid; after a correction under a key made of its uuid and version. Doses without a movement
(given elsewhere, or before there was a ledger) change nothing.
"""

from uuid import UUID, uuid5

from kini.core.actors import system
from kini.vaccination.doses.models import Dose
from kini.vaccination.sites import stock

#: An officer who may change a dose need not manage stock; the dose's own audit entry says who did.
BY = system("vaccination.doses")


def give_back(dose: Dose, reason: str) -> None:
    """Put the vaccine of a dose that nobody got back into its vial, or count it as waste if that was thrown away."""
    key = _movement(dose)
    if key and dose.site:
        stock.take_back(by=BY, site=dose.site, key=key, reason=reason)


def follow_correction(dose: Dose, reason: str) -> None:
    """Move the vaccine of a dose to its lot and volume as they are now; call it after the change of the dose."""
    key = _movement(dose)
    if key is None or dose.site is None or dose.lot is None or dose.state != "given":
        return
    if stock.given_from(key) == (dose.lot_id, dose.volume_ul):
        return
    stock.take_back(by=BY, site=dose.site, key=key, reason=reason)
    new = uuid5(dose.uuid, str(dose.version))
    stock.give(by=BY, site=dose.site, lot=dose.lot, volume_ul=dose.volume_ul, key=new, at=dose.given_at, happened=True)


def outcome(dose: Dose) -> str:
    """Return what became of the vaccine of a dose entered in error: "returned", "wasted", or "" for none."""
    undone = [stock.taken_back(key) for key in _keys(dose)]
    return next((each for each in undone if each), "")


def _movement(dose: Dose) -> UUID | None:
    """Return the key of the movement of a dose that stands."""
    return next((key for key in _keys(dose) if stock.is_given(key)), None)


def _keys(dose: Dose) -> list[UUID]:
    """Keys of all movements that a dose may have, the newest first."""
    return [*(uuid5(dose.uuid, str(version)) for version in range(dose.version, 1, -1)), dose.uuid]
