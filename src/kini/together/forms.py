"""Forms of residents and officers, each with a hidden key, so that sending one twice makes one thing."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kini.city.models import Area
from kini.core.invisible_characters import has_invisible
from kini.together.labels import KIND_LABELS
from kini.together.models import Giver
from kini.together.programmes import BENEFICIARY_KINDS, Programme
from kini.web.formats import today

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


def number_field(label: Any, **options: Any) -> forms.IntegerField:
    """A whole number, typed on a keyboard of digits."""
    return forms.IntegerField(label=label, widget=forms.TextInput(attrs=_NUMBER), **options)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, by the browser's own calendar."""
    return forms.DateField(label=label, **options, widget=forms.DateInput(attrs={"type": "date"}))


class HelpBoundField(forms.BoundField):
    """A field that refers to hint and error as the city's pages name them."""

    @property
    def aria_describedby(self) -> str | None:
        ids = [
            f"{self.id_for_label}-{part}" for part, text in (("hint", self.help_text), ("error", self.errors)) if text
        ]
        return " ".join(ids) or None


class HelpForm(forms.Form):
    """Base: inputs with the look of the city's pages."""

    bound_field_class = HelpBoundField

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial.setdefault("key", uuid4())
        for each in self.fields.values():
            if not isinstance(each.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.HiddenInput):
                each.widget.attrs.setdefault("class", "input")

    def clean(self) -> dict[str, Any]:
        """Refuse texts with invisible characters: names are public."""
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and has_invisible(value):
                self.add_error(name, _("This text contains invisible characters. Delete it and type it again."))
        return cleaned


class PledgeForm(HelpForm):
    """Giver and number of packages."""

    giver = forms.ChoiceField(label=_("Who gives?"))
    quantity = number_field(_("How many do you give?"), min_value=1, max_value=100_000)

    def __init__(self, *arguments: Any, givers: list[Giver], **options: Any) -> None:
        super().__init__(*arguments, **options)
        known = [(str(each.pk), each.name) for each in givers if each.kind != "person"]
        choices: Any = [("", _("I, without my name in public")), *known]
        self.fields["giver"].choices = choices  # type: ignore[attr-defined]
        self.fields["giver"].required = False
        if not known:
            del self.fields["giver"]


class ConfirmForm(HelpForm):
    """Day of delivery and the statement of commitment."""

    deliver_on = day_field(_("On which day do you deliver?"))
    stated = forms.BooleanField(
        label=_("I will hand over these packages on this day, in good state and free of charge."), required=True
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["deliver_on"].widget.attrs["min"] = f"{today()}"


class DeliveryForm(HelpForm):
    """The receiver's code and what was handed over."""

    code = forms.CharField(
        label=_("Code of the receiving side, six digits"), max_length=10, widget=forms.TextInput(_NUMBER)
    )
    quantity = number_field(_("How many did you hand over?"), min_value=0)


class CounterDeliveryForm(HelpForm):
    """Number that was handed over, and the code of the slip; without it an officer confirms the delivery."""

    code = forms.CharField(
        label=_("Code of the receiving side, six digits"), max_length=10, required=False,
        widget=forms.TextInput(_NUMBER),
        help_text=_("Leave it empty when the code was wrong or lost and you have asked the receiving side yourself."),
    )  # fmt: skip
    quantity = number_field(_("How many were handed over?"), min_value=0)


class ReceiptForm(HelpForm):
    """Number that arrived."""

    quantity = number_field(_("How many arrived?"), min_value=0)


class SlipReceiptForm(ReceiptForm):
    """Number that arrived, as it stands on the signed slip of a place without a phone."""

    slip_code = forms.CharField(label=_("Code on the signed slip"), max_length=10, widget=forms.TextInput(_NUMBER))


class DecisionForm(HelpForm):
    """Decision about a difference."""

    quantity = number_field(_("How many arrived, as you found out?"), min_value=0)
    reason = forms.CharField(label=_("Reason"), max_length=240)


class VerifyForm(HelpForm):
    """A deed without further values."""

    sure = forms.BooleanField(label=_("I have asked the people concerned, not only read the record."))


class ReasonForm(HelpForm):
    """A reason in words."""

    reason = forms.CharField(label=_("Reason"), max_length=240)


class GiverForm(HelpForm):
    """A group or firm."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=[("group", _("Group or community")), ("firm", _("Firm"))])
    name = forms.CharField(label=_("Name, as everybody may read it"), max_length=120)


class PermitForm(HelpForm):
    """A permit with its days."""

    number = forms.CharField(label=_("Number of the permit"), max_length=80)
    issuer = forms.CharField(label=_("Issued by"), max_length=120)
    valid_from = day_field(_("Valid from"))
    valid_until = day_field(_("Valid until"))


class AggregatorForm(PermitForm):
    """An aggregator with its permit."""

    name = forms.CharField(label=_("Name of the aggregator"), max_length=120)
    contact = forms.CharField(label=_("Phone or e-mail of its account"), max_length=120)
    field_order = ("name", "contact", "number", "issuer", "valid_from", "valid_until")


class BeneficiaryForm(HelpForm):
    """An RW, an institution, a small firm or a household."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=[(each, KIND_LABELS[each]) for each in BENEFICIARY_KINDS])
    name = forms.CharField(label=_("Name, as “RW 03”. For a household only a word for yourself."), max_length=120)
    area = forms.ModelChoiceField(label=_("Area"), queryset=Area.objects.none())
    address = forms.CharField(label=_("Address of the office or institution"), max_length=240, required=False)
    families = number_field(_("Number of families"), min_value=0, required=False)
    contact = forms.CharField(
        label=_("Phone or e-mail of its contact"), max_length=120, required=False,
        help_text=_("Leave it empty when there is no phone: you print a slip with the code."),
    )  # fmt: skip
    hidden = forms.BooleanField(label=_("Never show this place in public"), required=False)

    def __init__(self, *arguments: Any, areas: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]


class NeedForm(HelpForm):
    """Numbers of packages of a programme that are needed, and the day."""

    needed_by = day_field(_("Needed by"))

    def __init__(self, *arguments: Any, programme: Programme, household: bool, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, package in programme.packages.items():
            self.fields[f"package-{name}"] = number_field(
                str(package.name), min_value=0, max_value=100_000, required=False
            )
            self.fields[f"package-{name}"].widget.attrs["class"] = "input"
        if household:
            self.fields["family_card"] = forms.CharField(
                label=_("Number of the family card"), max_length=24,
                widget=forms.TextInput(_NUMBER | {"class": "input"}),
                help_text=_("It is not stored. It only tells whether this household is listed already."),
            )  # fmt: skip
        self.order_fields([name for name in self.fields if name != "needed_by"])

    def lines(self) -> dict[str, int]:
        """Numbers that were entered, by package."""
        data = self.cleaned_data.items()
        return {name.removeprefix("package-"): count for name, count in data if name.startswith("package-") and count}
