"""Doses out of vials: give, open, take back, throw away the rest."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.ledger.models import Entry, Posting
from kini.ledger.public import balance, record_entry
from kini.vaccination.sites.models import AddedDose, Lot, Session, Site, Vial
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.accounts import Postings
from kini.vaccination.sites.stock.entries import is_recorded, lock, post, require_at_site
from kini.web import formats
from kini.web.formats import city_time, today

#: Reasons of waste. The rest of an opened vial is not a fault; the others are.
LEFT_OVER = "left-over"
REASONS = (LEFT_OVER, "open-too-long", "broken", "contaminated", "damaged", "lost")


class LotRefused(ActionRefused):
    """The lot is not there, or may not be given; the message says what to do."""


def problem_of_lot(lot: Lot, day: date | None = None) -> str:
    """Reason why a lot may not be given on a day (default: today); empty if it may."""
    if lot.recalled_at:
        return _("This lot was recalled: %(reason)s Do not give it.") % {"reason": lot.recalled_because}
    if lot.expires_on < (day or today()):
        return _("This lot has expired. Take another one.")
    return ""


@action
def give(
    *,
    by: Actor,
    site: Site,
    lot: Lot,
    volume_ul: int,
    key: UUID,
    at: datetime | None = None,
    booking: Booking | None = None,
    happened: bool = False,
) -> Vial:
    """Take a dose out of an opened vial, and open one where none has enough. Idempotent by key.

    Call it late in the transaction that records the dose: the site's stock is locked until its end.

    Args:
        key: uuid of the dose.
        at: moment of the injection; default: now.
        booking: the appointment, whose dose this is; without one it comes out of what is free.
        happened: it was given before anybody could be asked (recorded without a network), so it is never refused;
            vaccine that the books do not have is booked as found.

    Returns:
        The vial.

    Raises:
        NotAllowed: the actor neither vaccinates there nor looks after the stock.
        LotRefused: the lot has expired, was recalled, or has no vaccine left at the site.
    """
    require_at_site(by, site)
    at = at or current_time.now()
    site = lock(site)
    if is_recorded("dose", key):
        return _vial_of(key)
    if not happened and (problem := problem_of_lot(lot) or _problem_of_day(site, lot, at)):
        raise LotRefused(problem)
    vial = next(
        (each for each, left in accounts.vial_contents(site, lot) if left >= volume_ul and each.use_by > at), None
    )
    vial = vial or _open(by, site, lot, at, volume_ul, happened)
    unit = accounts.lot_unit(lot)
    postings: Postings = [(accounts.opened(vial), unit, -volume_ul), (accounts.beyond("given", site), unit, volume_ul)]
    postings += _promised(site, lot.vaccine, volume_ul, booking)
    post(by, "dose", site, lot, key, postings, volume_ul=volume_ul, vial=vial.pk)
    if balance(accounts.opened(vial), unit) == 0:
        Vial.objects.filter(pk=vial.pk).update(ended_at=at)
    return vial


def _problem_of_day(site: Site, lot: Lot, at: datetime) -> str:
    """Return why a dose cannot have been given then; "" if it can: the lot had come to the site by that day.

    A phone whose clock is slow would open a vial in the past, whose other doses would then be written off.
    """
    came = Posting.objects.filter(account=accounts.sealed(site), unit=accounts.lot_unit(lot), amount__gt=0)
    first = came.order_by("id").values_list("entry__at", flat=True).first()
    if first is None or city_time(at).date() >= city_time(first).date():
        return ""
    words = _(
        "The lot %(lot)s came to this site on %(day)s, later than this dose. Correct the date, also on the phone."
    )
    return words % {"lot": lot.number, "day": formats.day(first)}


def _vial_of(key: UUID) -> Vial:
    entry = Entry.objects.get(key=f"vaccination:dose:{key}")
    account = entry.postings.values_list("account", flat=True).get(account__contains=f":{accounts.VIAL}:", amount__lt=0)
    return Vial.objects.get(pk=int(account.rpartition(":")[2]))


def _promised(site: Site, vaccine: str, volume_ul: int, booking: Booking | None) -> Postings:
    """Postings for a dose out of what its appointment has set aside, else out of what is free."""
    unit = accounts.dose_unit(vaccine)
    known = Session.objects.filter(slot=booking.slot_id, site=site, settled_at=None).first() if booking else None
    if booking is None or known is None:
        return accounts.minus_usable(site, vaccine, volume_ul)
    if known.vaccine != vaccine:
        added = AddedDose.objects.filter(booking=booking, site=site, vaccine=vaccine, ended_at=None).first()
        if added is None or volume_ul > added.dose_ul:
            return accounts.minus_usable(site, vaccine, volume_ul)
        AddedDose.objects.filter(pk=added.pk).update(ended_at=current_time.now(), ended_because="given")
        return [
            (accounts.doses(site, "added"), unit, -added.dose_ul),
            (accounts.doses(site, "free"), unit, added.dose_ul - volume_ul),
            (accounts.tally(site, "usable"), unit, volume_ul),
        ]
    booked = accounts.doses(site, "booked", booking.quota_id)
    if balance(booked, unit) < known.dose_ul or volume_ul > known.dose_ul:
        return accounts.minus_usable(site, vaccine, volume_ul)
    return [
        (booked, unit, -known.dose_ul),
        (accounts.tally(site, "served", booking.quota_id), unit, known.dose_ul),
        (accounts.tally(site, "served"), unit, -known.dose_ul),
        (accounts.doses(site, "free"), unit, known.dose_ul - volume_ul),
        (accounts.tally(site, "usable"), unit, volume_ul),
    ]


@action
def give_back(*, by: Actor, site: Site, booking: Booking) -> bool:
    """Free the dose of a place that was used without it: its person was turned away, or got other doses. Idempotent.

    The place stays used. Return whether the dose was set aside until now.

    Raises:
        NotAllowed: as `give`.
    """
    require_at_site(by, site)
    site = lock(site)
    session = Session.objects.filter(slot=booking.slot_id, site=site, settled_at=None).first()
    key = f"vaccination:not-given:{booking.pk}"
    if session is None or Entry.objects.filter(key=key).exists():
        return False
    unit, booked = accounts.dose_unit(session.vaccine), accounts.doses(site, "booked", booking.quota_id)
    if balance(booked, unit) < session.dose_ul:
        return False
    postings: Postings = [
        (booked, unit, -session.dose_ul),
        (accounts.doses(site, "free"), unit, session.dose_ul),
        (accounts.tally(site, "served", booking.quota_id), unit, session.dose_ul),
        (accounts.tally(site, "served"), unit, -session.dose_ul),
    ]
    record_entry(key=key, subject=f"booking:{booking.reference}", postings=postings)
    audit.record(by=by, action="vaccination.dose-given-back", subject=f"booking:{booking.reference}")
    return True


@action
def open_vial(*, by: Actor, site: Site, lot: Lot, at: datetime | None = None) -> Vial:
    """Open a vial, which must be used within the minutes of its lot.

    Raises:
        NotAllowed: as `give`.
        LotRefused: as `give`.
    """
    require_at_site(by, site)
    site = lock(site)
    if problem := problem_of_lot(lot):
        raise LotRefused(problem)
    return _open(by, site, lot, at or current_time.now(), lot.vial_ul, False)


def _open(by: Actor, site: Site, lot: Lot, at: datetime, volume_ul: int, happened: bool) -> Vial:
    unit = accounts.lot_unit(lot)
    if volume_ul > lot.vial_ul:
        raise LotRefused(_("A vial of this lot has less than one dose. Correct the lot's data."))
    if balance(accounts.sealed(site), unit) < lot.vial_ul:
        if not happened:
            raise LotRefused(
                _("This site has no vial of the lot %(lot)s left. Choose another lot, or record the delivery first.")
                % {"lot": lot.number}
            )
        _find(by, site, lot, lot.vial_ul)
    vial = Vial.objects.create(site=site, lot=lot, opened_at=at, use_by=at + timedelta(minutes=lot.open_minutes))
    postings: Postings = [(accounts.sealed(site), unit, -lot.vial_ul), (accounts.opened(vial), unit, lot.vial_ul)]
    post(by, "opened", site, lot, vial.pk, postings, vial=vial.pk)
    return vial


def _find(by: Actor, site: Site, lot: Lot, amount: int) -> None:
    """Book vaccine that was there though the books did not have it."""
    unit = accounts.lot_unit(lot)
    postings: Postings = [(accounts.sealed(site), unit, amount), (accounts.beyond("counted", site), unit, -amount)]
    postings += accounts.plus_usable(site, lot.vaccine, amount)
    post(by, "found", site, lot, uuid4(), postings, amount=amount)


@action
def take_back(*, by: Actor, site: Site, key: UUID, reason: str = "") -> None:
    """Take back a dose that was not given, or not of this lot. Idempotent.

    The vaccine returns to its vial. Of a vial that has ended since, it was thrown away with the rest: it is wasted.

    Args:
        key: uuid of the dose. `give` it again under another key.
        reason: for the audit trail.

    Raises:
        NotAllowed: as `give`.
        Entry.DoesNotExist: no such dose was given.
    """
    require_at_site(by, site)
    site = lock(site)
    if is_recorded("undone", key):
        return
    vial = _vial_of(key)
    unit = accounts.lot_unit(vial.lot)
    _lot, volume = given_from(key)
    postings: Postings = [(accounts.beyond("given", site), unit, -volume)]
    if vial.ended_at:
        postings += [(accounts.beyond(f"wasted:{LEFT_OVER}", site), unit, volume)]
    else:
        postings += [(accounts.opened(vial), unit, volume), *accounts.plus_usable(site, vial.lot.vaccine, volume)]
    post(by, "undone", site, vial.lot, key, postings, volume_ul=volume, vial=vial.pk, reason=reason)


def given_from(key: UUID) -> tuple[int, int]:
    """Return the lot (id) and microlitres of a dose that was given.

    Raises:
        Entry.DoesNotExist: no such dose was given.
    """
    vial = _vial_of(key)
    entry = Entry.objects.get(key=f"vaccination:dose:{key}")
    return vial.lot_id, -entry.postings.get(account=accounts.opened(vial)).amount


def is_given(key: UUID) -> bool:
    """Return whether a dose was given and not taken back."""
    return is_recorded("dose", key) and not is_recorded("undone", key)


def taken_back(key: UUID) -> str:
    """Return what became of a dose that was taken back: "returned" to its vial, or "wasted" with it; "": it was not."""
    entry = Entry.objects.filter(key=f"vaccination:undone:{key}").first()
    if entry is None:
        return ""
    returned = entry.postings.filter(account__contains=f":{accounts.VIAL}:").exists()
    return "returned" if returned else "wasted"


@action
def discard_vial(*, by: Actor, vial: Vial, reason: str) -> int:
    """Throw away what is left in an opened vial. Idempotent. Return its microlitres.

    Args:
        reason: of `REASONS`.

    Raises:
        NotAllowed: as `give`.
    """
    require_at_site(by, vial.site)
    site = lock(vial.site)
    vial = Vial.objects.select_related("lot").get(pk=vial.pk)
    if vial.ended_at:
        return 0
    unit = accounts.lot_unit(vial.lot)
    left = balance(accounts.opened(vial), unit)
    if left:
        postings: Postings = [
            (accounts.opened(vial), unit, -left),
            (accounts.beyond(f"wasted:{reason}", site), unit, left),
        ]
        postings += accounts.minus_usable(site, vial.lot.vaccine, left)
        post(by, "wasted", site, vial.lot, f"vial-{vial.pk}", postings, volume_ul=left, reason=reason)
    Vial.objects.filter(pk=vial.pk).update(ended_at=current_time.now())
    return left
