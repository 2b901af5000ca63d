"""Beneficiaries and their needs: recorded, verified by somebody else, withdrawn, expired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.core.crypto import keyed_hash
from kini.people.models import User
from kini.people.rules import may_in_area
from kini.together.action_guards import is_contact, require_user, require_verifier
from kini.together.events import NeedVerified
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import PROMISED_STATES, Beneficiary, Need, NeedLine, Pledge
from kini.together.permissions import HelpPermission
from kini.together.programmes import programme_of
from kini.together.transitions import move_pledge
from kini.web.formats import today

PREFIX = "KB"
#: Purpose of the keyed hash of a family card's number; it joins nothing outside of a programme's period.
HOUSEHOLD = "together household"
MOST_PACKAGES = 100_000


@dataclass(frozen=True, slots=True)
class NewBeneficiary:
    """A beneficiary to record; fields as in `Beneficiary`."""

    kind: str
    name: str
    area: Area
    address: str = ""
    families: int | None = None
    contact: User | None = None
    hidden: bool = False


@action
def record_beneficiary(*, by: Actor, beneficiary: NewBeneficiary) -> Beneficiary:
    """Record an RW, an institution, a small firm or, hidden, a household.

    Raises:
        NotAllowed: anybody but an officer of the area.
        ActionRefused: without a name, or when the area has one of that kind and name.
    """
    if not may_in_area(by, HelpPermission.VERIFY_NEEDS, beneficiary.area.path):
        raise NotAllowed(_("Your role does not include needs of this area."))
    name = beneficiary.name.strip()[:120]
    if not name:
        raise ActionRefused(_("Enter the name."))
    with constraints_as_refusals():
        row = Beneficiary.objects.create(
            kind=beneficiary.kind,
            name=name,
            area=beneficiary.area,
            address=beneficiary.address.strip()[:240],
            families=beneficiary.families,
            contact=beneficiary.contact,
            hidden=beneficiary.hidden or beneficiary.kind == "household",
            created_at=current_time.now(),
        )
    audit.record(by=by, action="together.beneficiary-recorded", subject=f"beneficiary:{row.pk}")
    return row


@action
def report_need(
    *,
    by: Actor,
    beneficiary: Beneficiary,
    programme: str,
    lines: Mapping[str, int],
    needed_by: date,
    family_card: str = "",
) -> Need:
    """Report a need: by the contact of the beneficiary, or by an officer. It is open once it is verified.

    Args:
        lines: number of packages by package of the programme.
        family_card: number of a household's family card; only its keyed hash is kept.

    Raises:
        NotAllowed: anybody else.
        ActionRefused: when the programme is not for this beneficiary or day, or the household is listed already.
    """
    if not is_contact(by, beneficiary):
        require_verifier(by, beneficiary)
    known = programme_of(programme)
    if beneficiary.kind not in known.kinds:
        raise ActionRefused(_("This programme is for others. Choose another one."))
    if not known.starts <= today() <= known.ends:
        raise ActionRefused(_("This programme does not run today. Choose another one."))
    wanted = {package: count for package, count in lines.items() if count > 0}
    if not wanted or not wanted.keys() <= known.packages.keys() or max(wanted.values()) > MOST_PACKAGES:
        raise ActionRefused(_("Enter for at least one package how many are needed."))
    if needed_by < today():
        raise ActionRefused(_("The day is over. Choose today or a later day."))
    card = "".join(filter(str.isdigit, family_card))
    if (beneficiary.kind == "household") != bool(card):
        raise ActionRefused(_("Enter the number of the family card, for a household only."))
    with constraints_as_refusals():
        need = Need.objects.create(
            reference=references.generate(PREFIX),
            beneficiary=beneficiary,
            programme=programme,
            period=known.period,
            needed_by=needed_by,
            household=keyed_hash(card, HOUSEHOLD) if card else None,
            reported_by_id=by.user_id,
            created_at=current_time.now(),
        )
    NeedLine.objects.bulk_create(NeedLine(need=need, package=each, needed=count) for each, count in wanted.items())
    audit.record(by=by, action="together.need-reported", subject=f"need:{need.reference}", detail={"lines": wanted})
    return need


@action
def verify_need(*, by: Actor, need: Need) -> Need:
    """Verify a need, which is public and open from then on.

    Raises:
        NotAllowed: anybody but an officer of the area.
        ActionRefused: the officer is the contact or reported it, or the need is not waiting.
    """
    require_verifier(by, need.beneficiary)
    user = require_user(by)
    if not user:
        raise NotAllowed(_("An officer must verify a need."))
    need = Need.objects.select_for_update().get(pk=need.pk)
    if need.state != "reported":
        raise ActionRefused(_("This need was verified already, or has ended."))
    need.state, need.verified_by_id, need.verified_at = "open", user, current_time.now()
    with constraints_as_refusals():
        need.save(update_fields=["state", "verified_by", "verified_at"])
    audit.record(by=by, action="together.need-verified", subject=f"need:{need.reference}")
    events.publish(NeedVerified(need.pk))
    return need


@action
def withdraw_need(*, by: Actor, need: Need, reason: str) -> Need:
    """Withdraw a need: it was wrong, or help is not needed any more. Pledges that are not on the way are given back.

    Raises:
        NotAllowed: anybody but the contact or an officer of the area.
        ActionRefused: without a reason, or when it has ended.
    """
    if not is_contact(by, need.beneficiary):
        require_verifier(by, need.beneficiary)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    return _end(by, need, "withdrawn", reason.strip()[:240])


@action
def expire_needs(*, by: Actor) -> int:
    """End needs whose day is over; returns their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    over = list(Need.objects.filter(state__in=("reported", "open"), needed_by__lt=today()).order_by("pk"))
    for need in over:
        _end(by, need, "expired", "")
    return len(over)


def _end(by: Actor, need: Need, state: str, reason: str) -> Need:
    need = Need.objects.select_for_update().get(pk=need.pk)
    if need.state not in ("reported", "open"):
        raise ActionRefused(_("This need has ended already."))
    open_pledges = Pledge.objects.select_for_update().filter(line__need=need, state__in=PROMISED_STATES)
    for pledge in open_pledges.order_by("line", "pk"):
        move_pledge(by, pledge, "refused", reason=reason or str(_("The need has ended.")))
    need.state, need.reason, need.ended_at = state, reason, current_time.now()
    need.save(update_fields=["state", "reason", "ended_at"])
    audit.record(by=by, action=f"together.need-{state}", subject=f"need:{need.reference}")
    return need
