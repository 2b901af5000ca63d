"""Personal data of payments."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.cases.models import Case
from kini.cases.public import own_or_family_q
from kini.payments.models import Payment
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.web import formats


def _payments(person: DataSubject) -> Iterator[DataRecord]:
    cases = Case.objects.filter(own_or_family_q(person.user.pk))
    for each in Payment.objects.filter(case__in=cases).select_related("bill").order_by("created_at"):
        own = {"bill": str(each.bill), "amount": formats.money(each.amount), "state": each.state}
        yield own | {"created_at": each.created_at, "paid_at": each.paid_at, "receipt": each.receipt}


def register() -> None:
    """Register the personal data of this room; called from `AppConfig.ready`."""
    name = "payments.payments"
    entry = PersonalDataCategory(
        name,
        _("Payments"),
        _("Bills that you looked at or paid, amounts, receipts"),
        _("To take payments and to account for public money"),
        LegalBasis.LAW,
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
    personal_data_categories.register(name, entry)
