"""Doses that are added to an appointment: of other vaccines than that of its place, given at the same visit."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.ledger.models import Balance
from kini.ledger.public import balance
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.sites.models import AddedDose, Site
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.entries import lock


def doses_left(sites: Collection[str], vaccines: Mapping[str, int]) -> dict[str, set[str]]:
    """Return the vaccines of which each site has a dose that nobody booked. One query.

    Args:
        sites: ids.
        vaccines: microlitres of a dose by vaccine.
    """
    units = {accounts.dose_unit(vaccine): vaccine for vaccine in vaccines}
    amounts: dict[tuple[str, str], int] = {}
    rows = Balance.objects.filter(account__startswith="stock:doses:", unit__in=units, balance__gt=0)
    for account, unit, amount in rows.values_list("account", "unit", "balance"):
        _stock, _doses, site, kind, *_quota = account.split(":")
        if site in sites and kind in ("free", "open"):
            key = site, units[unit]
            amounts[key] = amounts.get(key, 0) + amount
    known: dict[str, set[str]] = {site: set() for site in sites}
    for (site, vaccine), amount in amounts.items():
        if amount >= vaccines[vaccine]:
            known[site].add(vaccine)
    return known


@action
def prepare(*, by: Actor, site: Site, vaccines: Mapping[str, int]) -> None:
    """Have a dose of each vaccine free at a site until the end of the transaction.

    Open places of the latest sessions close where nothing else is free.

    Call it before the place is taken, whose quota stays locked.

    Raises:
        ActionRefused: there is no such dose.
    """
    site = lock(site)
    for vaccine, dose_ul in sorted(vaccines.items()):
        free, unit = accounts.doses(site, "free"), accounts.dose_unit(vaccine)
        if (lacking := dose_ul - balance(free, unit)) > 0:
            accounts.close_places(site, vaccine, lacking)
        if balance(free, unit) < dose_ul:
            words = _("There is no dose of %(vaccine)s left here. Choose again without it, or another place.")
            raise ActionRefused(words % {"vaccine": vaccine_name(vaccine)})


@action
def add(*, by: Actor, booking: Booking, site: Site, vaccine: str, dose_ul: int) -> AddedDose:
    """Set a dose aside for an appointment, in the statement that stores it. `prepare` was called."""
    added = AddedDose.objects.create(booking=booking, site=site, vaccine=vaccine, dose_ul=dose_ul)
    detail = {"vaccine": vaccine}
    audit.record(by=by, action="vaccination.dose-added", subject=f"booking:{booking.reference}", detail=detail)
    return added


@action
def release(*, by: Actor, added: AddedDose) -> bool:
    """Give an added dose back in the statement that ends it. Idempotent. Return whether it was set aside."""
    held = AddedDose.objects.filter(pk=added.pk, ended_at=None)
    if not held.update(ended_at=current_time.now(), ended_because="released"):
        return False
    detail = {"vaccine": added.vaccine}
    audit.record(by=by, action="vaccination.dose-released", subject=f"booking:{added.booking.reference}", detail=detail)
    return True
