"""Personal data of gifts of money."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.payments.queries import settling_payment
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.together.money import queries
from kini.together.money.labels import GIFT_STATES
from kini.web import formats


def _gifts(subject: DataSubject) -> Iterator[DataRecord]:
    if not subject.resident.user_id:
        return
    for each in queries.gifts_of(subject.resident.user_id):
        payment = settling_payment(each.bill)
        yield {
            "number": each.reference,
            "giver": each.giver.name,
            "pool": each.pool.name,
            "amount": formats.money(each.amount),
            "made": each.created_at,
            "state": GIFT_STATES[each.state][0],
            "receipt": payment.receipt if payment else "",
        }


def register() -> None:
    """Register the category; called once at start."""
    category = PersonalDataCategory(
        "together.money",
        _("Gifts of money"),
        _("What you gave to pools, alone or for a group or firm"),
        _("So that the money arrives or comes back, and to account for it"),
        LegalBasis.LAW,
        _("Payment officers, auditors and the payment provider; the aggregator does not see who gave"),
        {
            "number": _("Number"),
            "giver": _("Group or firm"),
            "pool": _("Pool"),
            "amount": _("Amount"),
            "made": _("Made"),
            "state": _("State"),
            "receipt": _("Receipt"),
        },
        _gifts,
        rules=("together.givers",),
        stays=_("Needed for the accounts of the gifts; the public ledger never names you."),
    )
    personal_data_categories.register(category.name, category)
