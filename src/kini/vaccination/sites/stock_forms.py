"""Forms of the vaccine manager. Each has a hidden key, so that sending it twice records one movement."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kini.vaccination.campaigns.campaign_files import vaccines
from kini.vaccination.sites.models import Site

WASTE_REASONS = {
    "broken": _("Broken"),
    "contaminated": _("Contaminated"),
    "damaged": _("Damaged otherwise"),
    "lost": _("Lost"),
}


class StockForm(forms.Form):
    """Base: text inputs with the look of the desk."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial.setdefault("key", uuid4())
        for each in self.fields.values():
            each.widget.attrs.setdefault("class", "input")


class VialsForm(StockForm):
    """A number of vials."""

    vials = forms.IntegerField(
        label=_("Vials"), min_value=1, max_value=100_000, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )


class ReceiveForm(VialsForm):
    """A delivery: lot as printed on the vials, and their number."""

    vaccine = forms.ChoiceField(label=_("Vaccine"))
    lot = forms.CharField(label=_("Lot number, as on the vial"), max_length=40)
    expires_on = forms.DateField(label=_("Last day of use"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("vaccine", "lot", "expires_on", "vials")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choices: Any = [(key, str(each.name)) for key, each in vaccines().items()]
        self.fields["vaccine"].choices = choices  # type: ignore[attr-defined]


class SendForm(VialsForm):
    """Vials for another site."""

    to = forms.ModelChoiceField(label=_("To which site"), queryset=Site.objects.filter(active=True).order_by("name"))
    field_order = ("to", "vials")


class CountForm(StockForm):
    """Vials that are really there."""

    vials = forms.IntegerField(
        label=_("Sealed vials that are there"),
        min_value=0,
        max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(label=_("Why the number differs"), max_length=240, required=False)


class WasteForm(VialsForm):
    """Vials that can no longer be used."""

    reason = forms.ChoiceField(label=_("Why"), choices=WASTE_REASONS.items())


class ReasonForm(StockForm):
    """A reason in words."""

    reason = forms.CharField(label=_("What happened"), max_length=240, widget=forms.Textarea(attrs={"rows": 3}))


class QuarantineEndForm(ReasonForm):
    """Decision about vaccine in quarantine."""

    usable = forms.ChoiceField(
        label=_("Decision"), choices=[("", _("Choose")), ("yes", _("It may be given")), ("no", _("Write it off"))]
    )
    field_order = ("usable", "reason")


class ArrivalForm(CountForm):
    """Vials of a shipment that arrived whole."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["vials"].label = str(_("Vials that arrived whole"))
        self.fields["reason"].label = str(_("What happened to missing vials"))
