"""Second doses: kept when the first is given, taken with an appointment in the right week, else freed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.ledger.public import balance, record_entry
from kini.people.models import Resident
from kini.vaccination.sites import appointments, session_plan
from kini.vaccination.sites.models import SecondDose, Session, Site
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.entries import lock
from kini.web.formats import today


@dataclass(frozen=True, slots=True)
class KeptDose:
    """The next dose of somebody: vaccine, volume, recommended day, and the last day on which it is kept."""

    campaign: str
    vaccine: str
    dose_ul: int
    due_on: date
    until: date


@action
def keep(*, by: Actor, site: Site, first_dose: UUID, dose: KeptDose) -> SecondDose:
    """Keep a dose at the site for somebody who just had the one before. Idempotent; one that was freed is kept again.

    Without a free dose it is kept as soon as the next delivery comes (`keep_waiting`).

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    site = lock(site)
    second, _created = SecondDose.objects.get_or_create(
        first_dose=first_dose,
        defaults={
            "site": site,
            "campaign": dose.campaign,
            "vaccine": dose.vaccine,
            "dose_ul": dose.dose_ul,
            "due_on": dose.due_on,
            "until": max(dose.due_on, dose.until),
        },
    )
    if second.ended_because == "released":  # it turned out to be needed
        second.ended_at, second.ended_because = None, ""
        second.save(update_fields=["ended_at", "ended_because"])
    _keep_one(site, second)
    return second


@action
def keep_waiting(*, by: Actor, site: Site) -> int:
    """Keep doses for those for whom there was none yet, those due first. Return their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    site = lock(site)
    waiting = SecondDose.objects.filter(site=site, kept=False, ended_at=None).order_by("due_on", "pk")
    return sum(_keep_one(site, second) for second in waiting)


def _keep_one(site: Site, second: SecondDose) -> bool:
    free, unit = accounts.doses(site, "free"), accounts.dose_unit(second.vaccine)
    if second.kept or second.ended_at or balance(free, unit) < second.dose_ul:
        return False
    _post(second, "kept", free, accounts.doses(site, accounts.SECOND))
    SecondDose.objects.filter(pk=second.pk).update(kept=True)
    second.kept = True
    return True


def _post(second: SecondDose, what: str, source: str, target: str) -> None:
    unit = accounts.dose_unit(second.vaccine)
    # A dose may be kept again after an appointment was given up.
    key = f"vaccination:second-{what}:{second.pk}:{current_time.now().isoformat()}"
    postings = [(source, unit, -second.dose_ul), (target, unit, second.dose_ul)]
    record_entry(key=key, subject=f"second-dose:{second.pk}", postings=postings)


@action
def release(*, by: Actor, first_dose: UUID, because: str = "released") -> bool:
    """Free a kept dose: its person goes elsewhere, or it lapsed. Idempotent. Return whether it was kept or waiting.

    Args:
        because: "released" or "lapsed".
    """
    known = SecondDose.objects.filter(first_dose=first_dose).first()
    if known is None:
        return False
    site = lock(known.site)
    second = SecondDose.objects.get(pk=known.pk)
    if second.ended_at:
        return False
    if second.kept:
        _post(second, because, accounts.doses(site, accounts.SECOND), accounts.doses(site, "free"))
    _end(second, because)
    return True


def _end(second: SecondDose, because: str, booking: Booking | None = None) -> None:
    second.kept, second.ended_at, second.ended_because = False, current_time.now(), because
    second.booking = booking
    second.save(update_fields=["kept", "ended_at", "ended_because", "booking"])


@action
def take_kept_place(
    *,
    by: Actor,
    first_dose: UUID,
    slot: int,
    period: str,
    groups: Sequence[str] = ("",),
    resident: Resident | None = None,
    reference: str = "",
) -> str:
    """Take a place for a second dose: the kept dose moves into the session, beyond the places of others.

    Elsewhere, with another vaccine, or when none is kept, a place of the `groups` is taken and the kept dose freed.

    Raises:
        booking.public.SlotFull, ActionRefused: with a message for the user.
    """
    session = Session.objects.select_related("site", "slot").filter(pk=slot, settled_at=None).first()
    if session is None:
        raise ActionRefused(_("This time cannot be booked now. Choose another one."))
    known = SecondDose.objects.filter(first_dose=first_dose, ended_at=None).first()
    if known:
        site = lock(known.site)
        known = SecondDose.objects.get(pk=known.pk)
        fits = (known.site_id, known.vaccine, known.dose_ul) == (site.pk, session.vaccine, session.dose_ul)
        if known.kept and not known.ended_at and fits and session.site_id == site.pk:
            session_plan.add_place(session, accounts.SECOND)
            groups = [accounts.SECOND]
    reference = appointments.take_place(
        by=by, slot=slot, groups=groups, period=period, resident=resident, reference=reference
    )
    if known and not known.ended_at:
        if list(groups) == [accounts.SECOND]:
            _end(known, "taken", Booking.objects.get(reference=reference))
        else:
            release(by=by, first_dose=first_dose)
    return reference


@action
def give_up_kept_place(*, by: Actor, booking: Booking) -> bool:
    """Give up a place for a second dose; the dose stays kept for its person, for another appointment.

    Return whether it was such a place.
    """
    second = SecondDose.objects.filter(booking=booking).select_related("site").first()
    if second is None or booking.group != accounts.SECOND:
        return False
    lock(second.site)
    if not appointments.give_up_place(by=by, booking=booking):
        return False
    # Of a settled session the dose is free already; a new one is kept if there is one.
    open_still = Session.objects.filter(pk=booking.slot_id, settled_at=None).exists()
    removed = session_plan.remove_place(booking.slot_id, accounts.SECOND)
    second.kept, second.ended_at, second.ended_because, second.booking = removed and open_still, None, "", None
    second.save(update_fields=["kept", "ended_at", "ended_because", "booking"])
    _keep_one(second.site, second)
    return True


@action
def release_lapsed(*, by: Actor) -> int:
    """Free doses whose last day has passed. Return their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    late = SecondDose.objects.filter(ended_at=None, until__lt=today()).order_by("site_id", "pk")
    released = 0
    for first_dose in list(late.values_list("first_dose", flat=True)[:1_000]):
        with transaction.atomic():
            released += release(by=by, first_dose=first_dose, because="lapsed")
    return released
