"""Accounts of the stock of vaccines in the ledger, and the postings that keep doses and vials in step.

Two kinds of units, both in microlitres. `vaccine:KEY/LOT` is vaccine that exists, by lot: in sealed vials of a site, in
an opened vial, in quarantine, on the way. `vaccine:KEY` is what a site may promise of it: free, kept for second doses,
set aside for open places, booked, added to an appointment of another vaccine. Each movement of usable vaccine posts
both sides in one entry, so that

    free + second + open + booked + added + short = usable vaccine of all lots at the site

where `short`, below zero, is what was promised and has been lost since. The account `usable` has the opposite of it.
"""

from collections.abc import Iterator

from django.db.models import F

from kini.booking.models import Quota
from kini.ledger.models import Balance
from kini.ledger.public import balance
from kini.vaccination.sites.models import Lot, Session, Shipment, Site, Vial

type Postings = list[tuple[str, str, int]]

#: Accounts of a site with vaccine that may be given.
SEALED, VIAL, QUARANTINE = "sealed", "vial", "quarantine"
#: Quota group of people for whom a second dose is kept, and of those called from the waiting list.
SECOND, STANDBY = "second", "standby"


def lot_unit(lot: Lot) -> str:
    return f"vaccine:{lot.vaccine}/{lot.number}"


def dose_unit(vaccine: str) -> str:
    return f"vaccine:{vaccine}"


def sealed(site: Site) -> str:
    return f"stock:vaccine:{site.pk}:{SEALED}"


def quarantine(site: Site) -> str:
    return f"stock:vaccine:{site.pk}:{QUARANTINE}"


def opened(vial: Vial) -> str:
    return f"stock:vaccine:{vial.site_id}:{VIAL}:{vial.pk}"


def beyond(what: str, site: Site) -> str:
    """Account of vaccine that a site has no more, or did not have before: `received`, `given`, `wasted:REASON` ..."""
    return f"vaccine:{what}:{site.pk}"


def in_transit(shipment: Shipment) -> str:
    return f"stock:vaccine-transit:{shipment.pk}"


def doses(site: Site | str, *parts: object) -> str:
    """Account of promised doses: `free`, `second`, `open:QUOTA`, `booked:QUOTA`, `added`."""
    key = site if isinstance(site, str) else site.pk
    return ":".join(["stock:doses", key, *map(str, parts)])


def tally(site: Site, *parts: object) -> str:
    """Account beside the stock: `usable`, `short`, `served:QUOTA`."""
    return ":".join(["doses", site.pk, *map(str, parts)])


def plus_usable(site: Site, vaccine: str, amount: int) -> Postings:
    """Postings for more usable vaccine: what was short is made good first. The site is locked."""
    unit = dose_unit(vaccine)
    repaid = min(amount, -balance(tally(site, "short"), unit))
    return [
        (tally(site, "usable"), unit, -amount),
        (tally(site, "short"), unit, repaid),
        (doses(site, "free"), unit, amount - repaid),
    ]


def minus_usable(site: Site, vaccine: str, amount: int) -> Postings:
    """Postings for less usable vaccine: from what is free, then from open places, which close. The site is locked.

    What even those do not cover is booked by somebody: it becomes `short`, and the site is told.
    """
    unit, free = dose_unit(vaccine), doses(site, "free")
    if (lacking := amount - balance(free, unit)) > 0:
        close_places(site, vaccine, lacking)
    taken = min(amount, balance(free, unit))
    return [
        (tally(site, "usable"), unit, amount),
        (free, unit, -taken),
        (tally(site, "short"), unit, taken - amount),
    ]


def close_places(site: Site, vaccine: str, amount: int) -> None:
    """Close open places of the latest sessions until so much is free, as far as there are open ones."""
    quotas = Quota.objects.select_for_update(no_key=True, of=("self",)).filter(
        slot__vaccination_session__site=site,
        slot__vaccination_session__vaccine=vaccine,
        slot__vaccination_session__settled_at=None,
        capacity__gt=F("taken"),
    )
    for quota in quotas.exclude(group=SECOND).order_by("-slot__starts_at", "pk"):
        if amount <= 0:
            return
        dose = Session.objects.values_list("dose_ul", flat=True).get(pk=quota.slot_id)
        places = min(quota.capacity - quota.taken, -(-amount // dose))
        quota.capacity -= places
        quota.save(update_fields=["capacity"])
        amount -= places * dose


def vial_contents(site: Site, lot: Lot | None = None) -> Iterator[tuple[Vial, int]]:
    """Opened vials that were not ended, the one to be used first before the others, with their content."""
    vials = Vial.objects.filter(site=site, ended_at=None).select_related("lot")
    rows = list((vials.filter(lot=lot) if lot else vials).order_by("use_by", "pk"))
    held = Balance.objects.filter(account__in=[opened(vial) for vial in rows])
    contents = dict(held.values_list("account", "balance"))
    yield from ((vial, contents.get(opened(vial), 0)) for vial in rows)


def vials_at(site: Site) -> list[tuple[Lot, bool]]:
    """Return the lots of which a site has vaccine, each with whether a vial of it is open. Three queries."""
    units = Balance.objects.filter(account=sealed(site), balance__gt=0).values_list("unit", flat=True)
    opened_lots = {vial.lot for vial, left in vial_contents(site) if left > 0}
    names = {tuple(unit.removeprefix("vaccine:").split("/", 1)) for unit in units}
    lots = Lot.objects.filter(number__in=[number for _vaccine, number in names])
    sealed_lots = {lot for lot in lots if (lot.vaccine, lot.number) in names}
    return [(lot, lot in opened_lots) for lot in sealed_lots | opened_lots]
