"""Vials that come in, and go from site to site: receive, send, count in."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.ledger.public import balance
from kini.vaccination.sites.models import Lot, Shipment, Site
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.accounts import Postings
from kini.vaccination.sites.stock.entries import is_recorded, lock, post, require_manager


@action
def record_lot(
    *, by: Actor, site: Site, vaccine: str, number: str, expires_on: date, vial_ul: int, open_minutes: int
) -> Lot:
    """Return the lot of that number; a new one is stored with what its vials say.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: the lot is known with another expiry or size of vials.
    """
    require_manager(by, site)
    known, _created = Lot.objects.get_or_create(
        vaccine=vaccine,
        number=number,
        defaults={"expires_on": expires_on, "vial_ul": vial_ul, "open_minutes": open_minutes},
    )
    if (known.expires_on, known.vial_ul) != (expires_on, vial_ul):
        raise ActionRefused(
            _("Lot %(lot)s is known with another expiry date or size of vials: %(day)s, %(ml)s ml. Compare the label.")
            % {"lot": number, "day": known.expires_on.isoformat(), "ml": known.vial_ul / 1000}
        )
    return known


@action
def receive(*, by: Actor, site: Site, lot: Lot, vials: int, key: UUID) -> None:
    """Take in a delivery from the supplier or the ministry. Idempotent by key.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: no vials.
    """
    require_manager(by, site)
    site = lock(site)
    if is_recorded("received", key):
        return
    amount = _microlitres(lot, vials)
    unit = accounts.lot_unit(lot)
    postings: Postings = [(accounts.sealed(site), unit, amount), (accounts.beyond("received", site), unit, -amount)]
    postings += accounts.plus_usable(site, lot.vaccine, amount)
    post(by, "received", site, lot, key, postings, vials=vials)


@action
def send(*, by: Actor, site: Site, to: Site, lot: Lot, vials: int, key: UUID) -> Shipment:
    """Send sealed vials to another site: they are in transit until they are counted in there. Idempotent by key.

    Raises:
        NotAllowed: the actor does not look after the stock of the sending site.
        ActionRefused: there are not so many vials that nobody has booked, or the sites are the same.
    """
    require_manager(by, site)
    if site.pk == to.pk:
        raise ActionRefused(_("Choose another site: these vials are there already."))
    site = lock(site)
    if known := Shipment.objects.filter(uuid=key).first():
        return known
    amount, unit = _microlitres(lot, vials), accounts.lot_unit(lot)
    if balance(accounts.sealed(site), unit) < amount:
        raise ActionRefused(_("The site does not have so many sealed vials of this lot. Count the stock first."))
    if amount > balance(accounts.doses(site, "free"), accounts.dose_unit(lot.vaccine)):
        raise ActionRefused(_("These doses are set aside for appointments. Close sessions first, or send fewer vials."))
    shipment = Shipment.objects.create(
        uuid=key, lot=lot, sender=site, receiver=to, vials=vials, sent_at=current_time.now()
    )
    postings: Postings = [(accounts.sealed(site), unit, -amount), (accounts.in_transit(shipment), unit, amount)]
    postings += accounts.minus_usable(site, lot.vaccine, amount)
    post(by, "sent", site, lot, shipment.pk, postings, vials=vials, to=to.pk)
    return shipment


@action
def count_in(*, by: Actor, shipment: Shipment, vials: int, reason: str = "") -> None:
    """Count the vials of a shipment in at its receiver. Idempotent.

    Args:
        vials: that arrived whole. The others are lost or broken on the way: wasted, with the reason.

    Raises:
        NotAllowed: the actor does not look after the stock of the receiving site.
        ActionRefused: more than were sent, fewer without a reason, or it was counted with another number.
    """
    require_manager(by, shipment.receiver)
    site = lock(shipment.receiver)
    shipment = Shipment.objects.select_for_update(of=("self",)).select_related("lot").get(pk=shipment.pk)
    if shipment.arrived_at:
        if shipment.arrived_vials != vials:
            raise ActionRefused(_("This shipment was counted already. Count the stock to correct it."))
        return
    if not 0 <= vials <= shipment.vials:
        raise ActionRefused(_("%(number)d vials were sent. Record others as a delivery.") % {"number": shipment.vials})
    reason = " ".join(reason.split())[:240]
    if vials < shipment.vials and not reason:
        raise ActionRefused(_("Write what happened to the missing vials."))
    lot = shipment.lot
    unit, arrived, lost = accounts.lot_unit(lot), vials * lot.vial_ul, (shipment.vials - vials) * lot.vial_ul
    postings: Postings = [
        (accounts.in_transit(shipment), unit, -arrived - lost),
        (accounts.sealed(site), unit, arrived),
        (accounts.beyond("wasted:lost", site), unit, lost),
        *accounts.plus_usable(site, lot.vaccine, arrived),
    ]
    shipment.arrived_at, shipment.arrived_vials, shipment.missing_because = current_time.now(), vials, reason
    shipment.save(update_fields=["arrived_at", "arrived_vials", "missing_because"])
    post(by, "arrived", site, lot, shipment.pk, postings, vials=vials, lost=shipment.vials - vials, reason=reason)


def _microlitres(lot: Lot, vials: int) -> int:
    if not 1 <= vials <= 1_000_000:
        raise ActionRefused(_("Give the number of vials."))
    return vials * lot.vial_ul
