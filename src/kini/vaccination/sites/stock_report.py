"""Reads of the stock for pages: rows of sites, lots of a site, and the ledger of a lot, in doses and vials."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.booking.models import EXPECTED_STATES, Booking
from kini.booking.queries import day_range
from kini.ledger.models import Balance, Entry
from kini.ledger.public import balances, entries_of
from kini.vaccination.campaigns.campaign_files import vaccine_name, vaccines
from kini.vaccination.sites.models import Lot, Shipment, Site, Vial
from kini.vaccination.sites.stock import accounts, problem_of_lot
from kini.vaccination.sites.vial_plan import VialPlan, plan_vials
from kini.web.formats import today


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site with its doses: free, for appointments, missing, and shipments on the way to it."""

    site: Site
    free: int
    promised: int
    short: int
    arriving: int


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot at a site: sealed vials, microlitres in quarantine, and whether it may be given."""

    lot: Lot
    name: str
    vials: int
    quarantine_vials: int
    problem: str


@dataclass(frozen=True, slots=True)
class VaccineRow:
    """Promised doses of a vaccine at a site, and the plan of its vials until closing."""

    name: str
    free: int
    second: int
    open: int
    booked: int
    short: int
    plan: VialPlan


@dataclass(frozen=True, slots=True)
class SiteReport:
    """Stock of a site."""

    site: Site
    lots: list[LotRow]
    vials: list[tuple[Vial, str, int]]
    vaccines: list[VaccineRow]
    arriving: list[Shipment]
    sent: list[Shipment]


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a lot's ledger: when, which movement, at which site, and the change of its stock in words."""

    at: datetime
    what: str
    site: str
    change: str


def lot_name(lot: Lot) -> str:
    """Name of a vaccine with the number of a lot."""
    return f"{vaccine_name(lot.vaccine)} {lot.number}"


def _dose(key: str) -> int:
    known = vaccines().get(key)
    return known.dose_ul if known else 500


def site_rows(typed: str = "") -> list[SiteRow]:
    """Sites with their doses, those that are short first. Three queries.

    Args:
        typed: part of the name of a site or its area.
    """
    wanted = Site.objects.filter(Q(name__icontains=typed) | Q(area__name__icontains=typed), active=True)
    counts: dict[str, Counter[str]] = {}
    rows = Balance.objects.filter(Q(account__startswith="stock:doses:") | Q(account__endswith=":short"))
    for account, unit, amount in rows.values_list("account", "unit", "balance"):
        parts, dose = account.split(":"), _dose(unit.removeprefix("vaccine:"))
        site, kind = (parts[2], parts[3]) if parts[0] == "stock" else (parts[1], parts[2])
        counts.setdefault(site, Counter())[kind] += -(-amount // dose) if kind == "short" else amount // dose
    arriving = Counter(Shipment.objects.filter(arrived_at=None).values_list("receiver_id", flat=True))
    result = []
    for each in wanted.select_related("area").order_by("name"):
        has = counts.get(each.pk, Counter[str]())
        promised = has["second"] + has["open"] + has["booked"]
        result.append(SiteRow(each, has["free"], promised, -has["short"], arriving[each.pk]))
    return sorted(result, key=lambda row: -row.short)


def site_report(site: Site) -> SiteReport:
    """Stock of a site by lot, vial and vaccine."""
    amounts = balances(f"stock:vaccine:{site.pk}")
    numbers = {unit.removeprefix("vaccine:") for (_account, unit), amount in amounts.items() if amount}
    lots = [lot for lot in Lot.objects.order_by("vaccine", "expires_on") if f"{lot.vaccine}/{lot.number}" in numbers]
    rows = [
        LotRow(
            lot,
            lot_name(lot),
            amounts.get((accounts.sealed(site), accounts.lot_unit(lot)), 0) // lot.vial_ul,
            amounts.get((accounts.quarantine(site), accounts.lot_unit(lot)), 0) // lot.vial_ul,
            problem_of_lot(lot),
        )
        for lot in lots
    ]
    vials = [(vial, lot_name(vial.lot), ul // _dose(vial.lot.vaccine)) for vial, ul in accounts.vial_contents(site)]
    waiting = Shipment.objects.filter(arrived_at=None).select_related("lot", "sender", "receiver").order_by("sent_at")
    return SiteReport(
        site,
        rows,
        vials,
        [_vaccine_row(site, key, vials) for key in sorted({lot.vaccine for lot in lots})],
        list(waiting.filter(receiver=site)),
        list(waiting.filter(sender=site)),
    )


def _vaccine_row(site: Site, key: str, vials: list[tuple[Vial, str, int]]) -> VaccineRow:
    dose, has = _dose(key), Counter[str]()
    for (account, _unit), amount in balances(f"stock:doses:{site.pk}", accounts.dose_unit(key)).items():
        has[account.split(":")[3]] += amount // dose
    short = balances(accounts.tally(site, "short"), accounts.dose_unit(key))
    start, end = day_range(today(), today())
    today_ = Booking.objects.filter(
        slot__vaccination_session__site=site,
        slot__vaccination_session__vaccine=key,
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
        state__in=EXPECTED_STATES,
    )
    present = today_.filter(state="arrived").count()
    per_vial = max(1, vaccines()[key].vial_ul // dose) if key in vaccines() else 1
    doses = sum(doses for vial, _name, doses in vials if vial.lot.vaccine == key)
    plan = plan_vials(present, today_.count() - present, doses, per_vial)
    missing = -(-abs(sum(short.values())) // dose)
    return VaccineRow(vaccine_name(key), has["free"], has["second"], has["open"], has["booked"], missing, plan)


def lot_entries(lot: Lot) -> QuerySet[Entry]:
    """Entries of a lot, the newest first."""
    return entries_of(f"vaccine-lot:{lot.pk}").order_by("-pk")


def amount_of(lot: Lot, microlitres: int) -> str:
    """Amount of a lot in words: vials, or full doses with decimals for half doses and what is left in a vial."""
    vials, rest = divmod(microlitres, lot.vial_ul)
    if vials and not rest:
        return ngettext("%(count)s vial", "%(count)s vials", vials) % {"count": vials}
    doses = microlitres / _dose(lot.vaccine)
    return ngettext("%(count)s dose", "%(count)s doses", 1 if doses == 1 else 2) % {"count": floatformat(doses, -2)}


def lot_places(lot: Lot) -> list[tuple[Site, int]]:
    """Sites that have a lot, with its microlitres in vials and in quarantine."""
    amounts = Counter[str]()
    rows = Balance.objects.filter(account__startswith="stock:vaccine:", unit=accounts.lot_unit(lot), balance__gt=0)
    for account, amount in rows.values_list("account", "balance"):
        amounts[account.split(":")[2]] += amount
    return [(site, amounts[site.pk]) for site in Site.objects.filter(pk__in=amounts).order_by("name")]


def entry_lines(entry: Entry, lot: Lot, sites: set[str]) -> Iterator[EntryLine]:
    """Lines of an entry, one for each of these sites: only vaccine that exists, without promised doses."""
    names = {
        "received": _("Received"),
        "sent": _("Sent"),
        "arrived": _("Arrived"),
        "opened": _("Vial opened"),
        "dose": _("Dose given"),
        "undone": _("Dose taken back"),
        "wasted": _("Written off"),
        "expired": _("Expired"),
        "counted": _("Counted"),
        "found": _("Found"),
        "quarantined": _("Into quarantine"),
        "released": _("Released from quarantine"),
        "written-off": _("Written off from quarantine"),
    }
    changes = Counter[str]()
    for posting in entry.postings.all():
        parts = posting.account.split(":")
        if posting.unit == accounts.lot_unit(lot) and parts[:2] == ["stock", "vaccine"] and parts[2] in sites:
            changes[parts[2]] += posting.amount
    what, names_of = (
        names.get(entry.key.split(":")[1], ""),
        dict(Site.objects.filter(pk__in=changes).values_list("pk", "name")),
    )
    for site, change in changes.items():
        sign = "+" if change > 0 else "\N{MINUS SIGN}"
        yield EntryLine(entry.at, what, names_of[site], f"{sign}{amount_of(lot, abs(change))}")
