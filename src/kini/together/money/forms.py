"""Forms of gifts, pools and payouts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kini.together.forms import HelpForm, PledgeForm, day_field, number_field
from kini.together.labels import PLEDGE_STATES
from kini.together.models import Giver, Pledge, Pool
from kini.together.programmes import package_of, programmes
from kini.web import formats

_MOST = 10**12


class CounterGiftForm(HelpForm):
    """Amount of a gift of somebody at a counter."""

    amount = number_field(_("Amount, as a whole number"), min_value=1, max_value=_MOST)


class GiftForm(PledgeForm):
    """Giver and amount."""

    amount = number_field(_("Amount, as a whole number"), min_value=1, max_value=_MOST)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        del self.fields["quantity"]


class PoolForm(HelpForm):
    """A pool of an aggregator."""

    giver = forms.ModelChoiceField(label=_("Aggregator"), queryset=Giver.objects.none())
    programme = forms.ChoiceField(label=_("Programme"))
    name = forms.CharField(label=_("Name of the pool, as everybody reads it"), max_length=120)
    purpose = forms.CharField(
        label=_("What is the money for?"), max_length=600, widget=forms.Textarea(attrs={"rows": 4})
    )
    target = number_field(_("Target, as a whole number"), min_value=1, max_value=_MOST)
    closes_on = day_field(_("Last day for gifts"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = Giver.objects.filter(kind="aggregator", suspended_at=None).order_by("name")
        self.fields["giver"].queryset = rows  # type: ignore[attr-defined]
        choices: Any = [(key, str(each.name)) for key, each in programmes().items()]
        self.fields["programme"].choices = choices  # type: ignore[attr-defined]


class PayoutForm(HelpForm):
    """Purpose of a proposed payout: a pledge of the aggregator, or costs."""

    pledge = forms.ChoiceField(label=_("For which pledge?"), required=False)
    words = forms.CharField(
        label=_("Of what are the costs?"), max_length=240, required=False, help_text=_("Only for costs.")
    )
    amount = number_field(_("Amount, as a whole number"), min_value=1, max_value=_MOST)

    def __init__(self, *arguments: Any, pledges: list[Pledge], **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices: Any = [("", _("None: it is for costs")), *((str(each.pk), _words(each)) for each in pledges)]
        self.fields["pledge"].choices = choices  # type: ignore[attr-defined]


def _words(pledge: Pledge) -> str:
    package = package_of(pledge.line.need.programme, pledge.line.package)
    name, price = (package.name, package.price * pledge.quantity) if package else (pledge.line.package, 0)
    state = PLEDGE_STATES[pledge.state][0]
    return f"{pledge.reference}: {pledge.quantity} × {name}, {formats.money(price)} ({state})"


class HandoverForm(HelpForm):
    """Aggregator that takes a frozen pool over, and the reason."""

    to_giver = forms.ModelChoiceField(
        label=_("Who takes it over?"),
        queryset=Giver.objects.none(),
        required=False,
        empty_label=_("Nobody: refund all"),
    )
    reason = forms.CharField(label=_("Reason"), max_length=240, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *arguments: Any, pool: Pool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rows = Giver.objects.filter(kind="aggregator", suspended_at=None).exclude(pk=pool.giver_id)
        self.fields["to_giver"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class TransferForm(HelpForm):
    """Reference of the bank's transfer."""

    transfer = forms.CharField(label=_("Reference of the transfer"), max_length=64)
