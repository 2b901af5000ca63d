"""Vaccine that must not be given, and differences: count, waste, expire, quarantine, recall."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system
from kini.ledger.models import Balance
from kini.ledger.public import balance
from kini.vaccination.sites.models import Lot, Site, Vial
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.accounts import Postings
from kini.vaccination.sites.stock.dose_movements import REASONS, discard_vial
from kini.vaccination.sites.stock.entries import is_recorded, lock, post, require_manager
from kini.web.formats import today


@action
def count(*, by: Actor, site: Site, lot: Lot, vials: int, reason: str, key: UUID) -> int:
    """Record how many sealed vials of a lot are really there. Return the difference in vials. Idempotent by key.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: a difference without a reason.
    """
    require_manager(by, site)
    site = lock(site)
    if is_recorded("counted", key):
        return 0
    unit, reason = accounts.lot_unit(lot), _reason(reason)
    known = balance(accounts.sealed(site), unit)
    difference = max(0, vials) * lot.vial_ul - known
    if difference and not reason:
        raise ActionRefused(
            _("The books have %(number)d vials. Write why the number differs.") % {"number": known // lot.vial_ul}
        )
    if difference:
        postings: Postings = [
            (accounts.sealed(site), unit, difference),
            (accounts.beyond("counted", site), unit, -difference),
            *_usable(site, lot, difference),
        ]
        post(by, "counted", site, lot, key, postings, vials=vials, difference=difference, reason=reason)
    else:
        detail = {"site": site.pk, "lot": str(lot), "vials": vials, "difference": 0}
        audit.record(by=by, action="vaccination.stock-counted", subject=f"vaccination-site:{site.pk}", detail=detail)
    return difference // lot.vial_ul


@action
def waste(*, by: Actor, site: Site, lot: Lot, vials: int, reason: str, key: UUID) -> None:
    """Write off sealed vials. Idempotent by key.

    Args:
        reason: of `REASONS`.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: unknown reason, or more than there are.
    """
    require_manager(by, site)
    site = lock(site)
    if is_recorded("wasted", key):
        return
    if reason not in REASONS:
        raise ActionRefused(_("Choose a reason."))
    amount = vials * lot.vial_ul
    if not 0 < amount <= balance(accounts.sealed(site), accounts.lot_unit(lot)):
        raise ActionRefused(_("The site does not have so many sealed vials of this lot. Count the stock first."))
    _move_out(by, "wasted", site, lot, key, amount, accounts.beyond(f"wasted:{reason}", site), reason)


@action
def quarantine(*, by: Actor, site: Site, lots: list[Lot], reason: str) -> int:
    """Set all sealed vials of these lots aside, as their temperature was out of range; end opened vials.

    Return the microlitres in quarantine.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: without a reason (device, degrees, how long).
    """
    require_manager(by, site)
    site, reason = lock(site), _reason(reason)
    if not reason:
        raise ActionRefused(_("Write what happened: device, degrees, how long."))
    for lot in lots:
        for vial, _left in accounts.vial_contents(site, lot):
            discard_vial(by=by, vial=vial, reason="contaminated")
    moved = 0
    for lot in lots:
        if amount := balance(accounts.sealed(site), accounts.lot_unit(lot)):
            _move_out(by, "quarantined", site, lot, uuid4(), amount, accounts.quarantine(site), reason)
            moved += amount
    return moved


@action
def end_quarantine(*, by: Actor, site: Site, lot: Lot, usable: bool, reason: str) -> int:
    """Release what is in quarantine of a lot, or write it off. Return its microlitres.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ActionRefused: without a reason, or to release a lot that may not be given.
    """
    require_manager(by, site)
    site, reason = lock(site), _reason(reason)
    if not reason:
        raise ActionRefused(_("Write who decided, and why."))
    if usable and (lot.recalled_at or lot.expires_on < today()):
        raise ActionRefused(_("This lot has expired or was recalled. Write it off."))
    unit = accounts.lot_unit(lot)
    amount = balance(accounts.quarantine(site), unit)
    if not amount:
        return 0
    postings: Postings = [(accounts.quarantine(site), unit, -amount)]
    if usable:
        postings += [(accounts.sealed(site), unit, amount), *accounts.plus_usable(site, lot.vaccine, amount)]
    else:
        postings += [(accounts.beyond("wasted:temperature", site), unit, amount)]
    post(by, "released" if usable else "written-off", site, lot, uuid4(), postings, volume_ul=amount, reason=reason)
    return amount


@action
def recall(*, by: Actor, lot: Lot, reason: str) -> int:
    """Recall a lot: nobody may give it, and what sites have of it goes to quarantine. Return their number.

    Raises:
        NotAllowed: the actor does not look after the stock of a site that has it.
        ActionRefused: without a reason.
    """
    reason, sites = _reason(reason), [site for site, _sealed in sites_with_lot(lot)]
    for site in sites:
        require_manager(by, site)
    if not sites and by.kind is not ActorKind.SYSTEM and not by.is_officer:
        raise NotAllowed(_("Only the vaccine manager can do this."))
    if not reason:
        raise ActionRefused(_("Write why the lot is recalled."))
    Lot.objects.filter(pk=lot.pk, recalled_at=None).update(recalled_at=current_time.now(), recalled_because=reason)
    lot.refresh_from_db()
    for site in sorted(sites, key=lambda each: each.pk):
        quarantine(by=by, site=site, lots=[lot], reason=reason)
    audit.record(
        by=by, action="vaccination.lot-recalled", subject=f"vaccine-lot:{lot.pk}", detail={"sites": len(sites)}
    )
    return len(sites)


@action
def write_off_expired(*, by: Actor) -> int:
    """Write off sealed vials after the last day of their lot, and what is left in vials open too long.

    Return the number of write-offs.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    ended = 0
    late = Vial.objects.filter(ended_at=None, use_by__lt=current_time.now()).select_related("site", "lot")
    for vial in late.order_by("site_id", "pk"):
        discard_vial(by=by, vial=vial, reason="open-too-long")
        ended += 1
    for lot in Lot.objects.filter(expires_on__lt=today()).order_by("pk"):
        for site, sealed in sites_with_lot(lot):
            if sealed:
                site = lock(site)  # noqa: PLW2901 -- the same site, locked
                amount = balance(accounts.sealed(site), accounts.lot_unit(lot))
                target = accounts.beyond("wasted:expired", site)
                _move_out(by, "expired", site, lot, f"{site.pk}:{uuid4()}", amount, target, "expired")
                ended += 1
    return ended


def sites_with_lot(lot: Lot) -> Iterator[tuple[Site, int]]:
    """Sites that have vaccine of a lot, by id, with the microlitres in sealed vials."""
    rows = Balance.objects.filter(account__startswith="stock:vaccine:", unit=accounts.lot_unit(lot), balance__gt=0)
    amounts: dict[str, int] = {}
    for account, amount in rows.values_list("account", "balance"):
        _stock, _vaccine, key, place, *_vial = account.split(":")
        if place != accounts.QUARANTINE:
            amounts[key] = amounts.get(key, 0) + (amount if place == accounts.SEALED else 0)
    for site in Site.objects.filter(pk__in=amounts).select_related("area").order_by("pk"):
        yield site, amounts[site.pk]


def _move_out(by: Actor, what: str, site: Site, lot: Lot, key: object, amount: int, to: str, reason: str) -> None:
    """Move sealed vaccine out of what may be given."""
    unit = accounts.lot_unit(lot)
    postings: Postings = [(accounts.sealed(site), unit, -amount), (to, unit, amount)]
    postings += accounts.minus_usable(site, lot.vaccine, amount)
    post(by, what, site, lot, key, postings, volume_ul=amount, reason=reason)


def _usable(site: Site, lot: Lot, difference: int) -> Postings:
    if difference > 0:
        return accounts.plus_usable(site, lot.vaccine, difference)
    return accounts.minus_usable(site, lot.vaccine, -difference)


def _reason(text: str) -> str:
    return " ".join(text.split())[:240]
