"""Reads: open needs in the order of least help, what is due to lapse, and who gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet, Sum

from kini.core import current_time
from kini.together.models import PROMISED_STATES, Giver, Need, NeedLine, Pledge
from kini.together.programmes import Package, package_of, rule_of
from kini.together.rules import SMALLEST_COUNT, NeedSummary, by_least_helped, is_publishable
from kini.web.formats import today


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """An open need as it is offered."""

    need: Need
    lines: tuple[NeedLine, ...]
    summary: NeedSummary

    @property
    def percent(self) -> int:
        """Covered share in whole per cent, rounded down, so that 100 means all."""
        return int(self.summary.share * 100)

    @property
    def packages(self) -> list[tuple[NeedLine, Package]]:
        """Lines with their packages, as far as the pack still has them."""
        pairs = ((line, package_of(self.need.programme, line.package)) for line in self.lines)
        return [(line, package) for line, package in pairs if package]


def public_needs() -> QuerySet[Need]:
    """Needs that are shown to everybody: verified, and of no household or tiny place."""
    tiny = Q(beneficiary__families__lt=SMALLEST_COUNT)
    rows = Need.objects.filter(beneficiary__hidden=False, state__in=("open", "met")).exclude(tiny)
    return rows.select_related("beneficiary__area").prefetch_related("lines")


def is_public(need: Need) -> bool:
    """True if the need may be shown to everybody."""
    place = need.beneficiary
    return need.state in ("open", "met") and is_publishable(place.kind, place.hidden, place.families)


def summarized(need: Need) -> OpenNeed:
    """A need with its lines and the facts by which it is ordered."""
    lines = tuple(need.lines.all())
    summary = NeedSummary(
        sum(line.needed for line in lines),
        sum(line.pledged + line.received for line in lines),
        need.beneficiary.families,
        need.verified_at or need.created_at,
    )
    return OpenNeed(need, lines, summary)


def offered_needs(programme: str = "", kind: str = "", area: str = "") -> list[OpenNeed]:
    """Open needs, the least helped first. Those that others have pledged in full come last.

    Args:
        area: path of an area; with all areas below it.
    """
    rows = public_needs().filter(state="open")
    if programme:
        rows = rows.filter(programme=programme)
    if kind:
        rows = rows.filter(beneficiary__kind=kind)
    if area:
        rows = rows.filter(Q(beneficiary__area__path=area) | Q(beneficiary__area__path__startswith=f"{area}/"))
    return sorted((summarized(need) for need in rows), key=lambda each: by_least_helped(each.summary))


def nearest_open_line(line: NeedLine) -> NeedLine | None:
    """Line of the same package with something left: in the same area or near it, the least helped first."""
    area = line.need.beneficiary.area
    rows = NeedLine.objects.filter(package=line.package, need__in=public_needs().filter(state="open"))
    rows = (
        rows.filter(need__programme=line.need.programme).exclude(pk=line.pk).select_related("need__beneficiary__area")
    )
    open_lines = [each for each in rows if each.left > 0]

    def nearness(each: NeedLine) -> tuple[int, float]:
        own, other = area.path.split("/"), each.need.beneficiary.area.path.split("/")
        shared = sum(1 for one, two in zip(own, other, strict=False) if one == two)
        return -shared, (each.needed - each.left) / each.needed

    return min(open_lines, key=nearness, default=None)


def lapses(giver: Giver) -> int:
    """Number of a giver's pledges that lapsed since the last one that was received."""
    last = giver.pledges.filter(state="received").order_by("-changed_at").values_list("changed_at", flat=True).first()
    rows = giver.pledges.filter(state="lapsed")
    return (rows.filter(changed_at__gt=last) if last else rows).count()


def is_due_to_lapse(pledge: Pledge) -> bool:
    """True for a pledge that was not confirmed, or did not set out, in time."""
    if pledge.state == "held":
        return pledge.held_until <= current_time.now()
    if pledge.state != "confirmed" or pledge.deliver_on is None:
        return False
    days = rule_of(pledge.pledged_on).deliver_days
    return pledge.deliver_on + timedelta(days=days) < today()


def pledges_to_lapse() -> Iterable[Pledge]:
    """Pledges whose time is over."""
    rows = Pledge.objects.filter(state__in=PROMISED_STATES).filter(
        Q(state="held", held_until__lte=current_time.now()) | Q(state="confirmed", deliver_on__lt=today())
    )
    rows = rows.exclude(fraud_holds__state="open")  # the clock of the hold runs instead
    return (each for each in rows.select_related("line__need").order_by("pk") if is_due_to_lapse(each))


def givers_of(user_id: int) -> QuerySet[Giver]:
    """Givers for which an account acts, the person first."""
    rows = Giver.objects.filter(Q(owner=user_id) | Q(members__user=user_id)).distinct()
    return rows.order_by("name", "pk")


def pledges_of(user_id: int) -> QuerySet[Pledge]:
    """Pledges of all givers for which an account acts, the latest first."""
    rows = Pledge.objects.filter(giver__in=givers_of(user_id).values("pk"))
    return rows.select_related("line__need__beneficiary__area", "giver", "delivery").order_by("-pk")


def pledges_for(user_id: int) -> QuerySet[Pledge]:
    """Pledges to beneficiaries whose contact an account is, the latest first."""
    rows = Pledge.objects.filter(line__need__beneficiary__contact=user_id)
    return rows.select_related("line__need__beneficiary__area", "giver", "delivery").order_by("-pk")


def totals() -> dict[tuple[str, str], dict[str, int]]:
    """Packages needed, pledged and received of public needs, by programme and package."""
    rows = NeedLine.objects.filter(need__in=public_needs()).values_list("need__programme", "package")
    sums = rows.annotate(needed=Sum("needed"), pledged=Sum("pledged"), received=Sum("received")).order_by()
    return {(p, k): {"needed": n, "pledged": o, "received": r} for p, k, n, o, r in sums}
