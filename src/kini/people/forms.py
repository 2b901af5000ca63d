"""Forms for profiles and family members; actions receive clean values only."""

import re
from collections.abc import Sequence
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city import queries as city_queries
from kini.city.models import Area
from kini.city.public import pack
from kini.core.invisible_characters import has_invisible
from kini.people import rules
from kini.people.rules import NationalId, NationalIdError

#: Number of a family card in any country.
FAMILY_CARD = re.compile(r"[0-9]{8,20}")
LONGEST_NUMBER = 40


def error_summary(form: forms.BaseForm) -> list[tuple[str, str]]:
    """List the errors of a form as (id of the input, advice); the id is empty for hidden inputs."""
    if not form.is_bound:
        return []
    shown = {field.name: str(field.auto_id) for field in form.visible_fields()}
    return [(shown.get(name, ""), str(texts[0])) for name, texts in form.errors.items()]


def text_field(missing: Any, longest: int, **options: Any) -> forms.CharField:
    """Build a text field with error messages that say what to do."""
    errors = {
        "required": missing,
        "max_length": gettext_lazy("Write it with at most %(limit_value)d letters."),
        "null_characters_not_allowed": gettext_lazy(
            "This text contains a character that cannot be stored. Type it again."
        ),
    }
    return forms.CharField(max_length=longest, error_messages=errors, **options)


class PlainForm(forms.Form):
    """Form whose inputs have their names as ids."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s", **options})


class CodeForm(ConfirmLoginCodeForm):
    """The code from the message; spaces are ignored."""

    code = text_field(gettext_lazy("Type the code from the message."), 20)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"auto_id": "%s"})


class PersonForm(PlainForm):
    """Name and national number of a person."""

    name = text_field(gettext_lazy("Write the name as printed on the card."), 120)
    number = text_field("", LONGEST_NUMBER, required=False)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if has_invisible(name):
            raise ValidationError(_("This text contains invisible characters. Delete it and type it again."))
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(_("Write the name as printed on the card."))
        return name

    def clean_number(self) -> NationalId | None:
        typed = self.cleaned_data["number"]
        if not typed:
            return None
        try:
            return rules.parse_national_id(typed, pack.current().national_id, timezone.localdate())
        except NationalIdError as fault:
            raise ValidationError(str(fault)) from None


class ProfileForm(PersonForm):
    """A resident's own profile."""

    family_card = text_field("", LONGEST_NUMBER, required=False)
    address = text_field("", 240, required=False)
    area = text_field("", 20, required=False)

    def clean_address(self) -> str:
        if has_invisible(self.cleaned_data["address"]):
            raise ValidationError(_("This text contains invisible characters. Delete it and type it again."))
        return str(self.cleaned_data["address"])

    def clean_family_card(self) -> str:
        digits = re.sub(r"[\s.-]", "", self.cleaned_data["family_card"])
        if digits and not FAMILY_CARD.fullmatch(digits):
            raise ValidationError(_("Write only the digits of the family card's number."))
        return digits

    def clean_area(self) -> Area | None:
        code = self.cleaned_data["area"]
        area = city_queries.area(code) if code else None
        if code and (area is None or area.level != pack.current().lowest_level):
            raise ValidationError(_("Choose your area from the list."))
        return area

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("address") and not cleaned.get("area") and "area" not in self.errors:
            self.add_error("area", _("Choose the area in which this address is."))
        if cleaned.get("area") and not cleaned.get("address") and "address" not in self.errors:
            self.add_error("address", _("Write the street and the house number."))
        return cleaned


class MemberForm(PersonForm):
    """A family member whom the resident represents."""

    relation = forms.ChoiceField(
        choices=[(relation, relation) for relation in rules.RELATIONS],
        error_messages={
            "required": gettext_lazy("Choose how you are related."),
            "invalid_choice": gettext_lazy("Choose how you are related."),
        },
    )


def relation_choices() -> Sequence[tuple[str, str]]:
    """Return (relation, label from the resident's point of view) for a form."""
    words = {
        "child": _("My child"),
        "spouse": _("My husband or wife"),
        "parent": _("My mother or father"),
        "grandparent": _("My grandmother or grandfather"),
        "sibling": _("My brother or sister"),
        "relative": _("Another relative"),
        "ward": _("Somebody whose guardian I am"),
    }
    return [(relation, words[relation]) for relation in rules.RELATIONS]
