"""Refusals of this room: violated constraints of the database in words for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.core.actors import ActionRefused

OVER_PLEDGED = "together_line_not_over_pledged"
_SENTENCES: dict[str, str | Promise] = {
    OVER_PLEDGED: _("Others have pledged this in the meantime."),
    "together_need_is_open": _("This need is not open any more. Choose another one."),
    "together_giver_suspended": _("This giver may not give at the moment. The coordinators know why."),
    "together_permit_in_force": _("The permit of this aggregator is not in force today. It needs a new one."),
    "together_verifier_apart": _("You verified this need, so you cannot give to it. Choose another one."),
    "together_need_not_by_contact": _("The contact of the receiving side cannot verify its need. Ask a colleague."),
    "together_need_by_two_people": _("You recorded this need, so somebody else must verify it."),
    "together_household_once": _("This household is already listed in this programme and period."),
    "together_beneficiary_once": _("This name is already listed in this area."),
    "together_giver_once": _("A giver of this name is already listed. Ask its members to add you."),
    "together_role_not_overfull": _("Others have taken the last place of this role."),
    "together_shift_is_open": _("This shift takes no sign-ups any more."),
    "together_screened": _("This work is with children: an officer must first see and record your screening."),
    "together_sign_up_once": _("This volunteer has a place at this shift already."),
    "together_activity_by_two": _("You recorded this activity, so somebody else must release it."),
    "together_pool_is_open": _("This pool takes no gifts any more. Choose another one."),
    "together_pool_not_over_given": _("Others have given this in the meantime. See how much is left."),
    "together_pool_of_aggregator": _("Only an aggregator that is not suspended can have a pool."),
    "together_pool_opened_apart": _("Somebody who is not of the aggregator's side must open its pool."),
    "together_pool_is_reached": _("Money is paid out once the target is reached."),
    "together_money_frozen": _("This aggregator is suspended, and its money is frozen."),
    "together_payout_decided_apart": _("Somebody who is of neither side must pay this out."),
    "together_payout_by_two_people": _("You proposed this, so somebody else must decide."),
    "together_payout_of_pledge": _("Choose a confirmed pledge of this aggregator."),
    "together_payout_edge": _("This payout was decided already."),
    "together_pledge_paid_once": _("Money for this pledge was proposed or paid already."),
    "together_transfer_once": _("This reference of a transfer was used for another payout."),
    "together_costs_within_share": _("Costs would be above the share that the law allows."),
    "ledger_stock_not_negative": _("The pool holds less than this."),
    "together_pool_not_over_spent": _("The pool holds less than this."),
    "together_visitor_apart": _("You had to do with this delivery, so somebody else must visit."),
    "together_pool_is_frozen": _("Only the pool of a suspended aggregator is handed over or refunded."),
    "together_pool_is_whole": _("Money of this pool was spent, so it cannot be refunded. Hand it over to another one."),
    "together_handover_apart": _("Somebody who is of neither side must decide."),
    "together_handover_by_two_people": _("You proposed this, so somebody else must decide."),
    "together_handover_once": _("A colleague has proposed something for this pool already."),
    "together_deliveryphoto_source_sha256_key": _("This photo was used for a delivery before. Take a new one."),
    "together_photo_by_two_people": _("You added this photo, so somebody else must release it."),
    "together_held": _("The city checks this first. It moves on once an officer has released it."),
    "together_hold_by_two_people": _("You released this, so somebody else must do it a second time."),
    "together_hold_decided_apart": _("Somebody who is of neither side must decide."),
    "together_permit_once": _("This permit is already listed."),
}


class OverPledged(ActionRefused):
    """Less is left of a line than was asked for."""


@contextmanager
def constraints_as_refusals() -> Iterator[None]:
    """Translate a violated constraint into a refusal; what the block wrote is undone.

    Raises:
        OverPledged: when a line has less left.
        ActionRefused: for the other constraints of this room.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint == OVER_PLEDGED:
            raise OverPledged(str(_SENTENCES[constraint])) from error
        if constraint in _SENTENCES:
            raise ActionRefused(str(_SENTENCES[constraint])) from error
        raise
