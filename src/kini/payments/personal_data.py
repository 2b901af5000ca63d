"""Personal data of payments."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.cases.access import ours_q
from kini.cases.models import Case
from kini.payments.models import Payment
from kini.people.data_registry import Basis, Person, PersonalData, Record, personal_data
from kini.web import formats


def _payments(person: Person) -> Iterator[Record]:
    cases = Case.objects.filter(ours_q(person.user.pk))
    for each in Payment.objects.filter(case__in=cases).select_related("bill").order_by("created_at"):
        own = {"bill": str(each.bill), "amount": formats.money(each.amount), "state": each.state}
        yield own | {"created_at": each.created_at, "paid_at": each.paid_at, "receipt": each.receipt}


def register() -> None:
    """Register the personal data of this room; called from `AppConfig.ready`."""
    name = "payments.payments"
    entry = PersonalData(
        name,
        _("Payments"),
        _("Bills that you looked at or paid, amounts, receipts"),
        _("To take payments and to account for public money"),
        Basis.LAW,
        _("You, payment officers, auditors, and the payment provider"),
        {
            "bill": _("Bill"),
            "amount": _("Amount"),
            "state": _("State"),
            "created_at": _("When"),
            "paid_at": _("Paid"),
            "receipt": _("Receipt"),
        },
        _payments,
        rules=("cases.answers",),
        stays=_("Payments and receipts stay, because tax law requires them for at least ten years."),
    )
    personal_data.register(name, entry)
