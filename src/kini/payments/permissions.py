"""Permission of officers on payments."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import Permission


class PaymentPermission(Permission):
    REFUND = "refund", _("give payments back")
