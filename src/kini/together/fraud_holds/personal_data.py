"""Personal data of holds, and how long they are kept."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.together.fraud_holds.labels import RULES, STATES
from kini.together.fraud_holds.notifications import number_of
from kini.together.fraud_holds.queries import all_holds
from kini.together.models import FraudHold
from kini.together.queries import givers_of


def _holds(subject: DataSubject) -> Iterator[DataRecord]:
    if not subject.resident.user_id:
        return
    givers = givers_of(subject.resident.user_id).values("pk")
    of_givers = Q(pledge__giver__in=givers) | Q(gift__giver__in=givers) | Q(payout__pool__giver__in=givers)
    for each in all_holds().filter(of_givers).order_by("-pk"):
        yield {
            "number": number_of(each),
            "sign": RULES[each.rule],
            "made": each.placed_at,
            "state": STATES[each.state][0],
            "reason": each.reason,
        }


def register() -> None:
    """Register category and retention; called once at start."""
    rule = RetentionRule(
        "together.holds",
        _("Holds against fraud, counted from their decision"),
        _("A decision can be questioned, and a second one compared with the first"),
        2 * YEAR,
        row_removal(lambda before: FraudHold.objects.exclude(state="open").filter(decided_at__lt=before)),
    )
    retention.rules.register(rule.name, rule)
    category = PersonalDataCategory(
        "together.holds",
        _("Gifts that were checked"),
        _("Signs by which a pledge, gift or payout of yours was held for a check, and how it was decided"),
        _("So that gifts reach those who need them, and nobody is held without a reason"),
        LegalBasis.TASK,
        _("Coordinators of help"),
        {
            "number": _("Number"),
            "sign": _("Sign"),
            "made": _("Made"),
            "state": _("State"),
            "reason": _("Reason"),
        },
        _holds,
        rules=("together.holds",),
        stays=_("Needed for as long as a decision can be questioned."),
    )
    personal_data_categories.register(category.name, category)
