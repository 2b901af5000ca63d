"""Fields of the forms of case records, made from the disease's file; and their values as what actions take."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.models import Unit
from kini.core.localized_text import Text
from kini.core.typed_values import parse_number
from kini.epidemic.case_records.labels import CLASSIFICATIONS, RESULTS
from kini.epidemic.diseases.schema import Disease
from kini.people.actions import NewIdentifier
from kini.people.public import NATIONAL_ID
from kini.services.public import (
    AreaField,
    ChoiceField,
    DateField,
    FieldBase,
    LongTextField,
    MultiChoiceField,
    TextField,
)

type Fields = dict[str, FieldBase]
SEXES: Mapping[str, str | Promise] = {"female": gettext_lazy("Female"), "male": gettext_lazy("Male")}
#: Separates test and result in the value of one choice.
OF = ":"
#: Digits from which a number is taken for a national one.
LONG = 13


def text(words: str | Promise) -> Text:
    """Return words of the active language as a text of the pack."""
    return Text({"": str(words)})


def options(words: Mapping[str, str | Promise | Text]) -> dict[str, Text]:
    """Return the options of a choice."""
    return {name: each if isinstance(each, Text) else text(each) for name, each in words.items()}


def patient_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of the form by which a nurse records a patient: four that must be filled, the others as far as known."""
    fields: Fields = {
        "name": TextField(label=text(_("Name of the patient")), max=160),
        "number": TextField(
            label=text(_("National number (NIK), or another number")),
            hint=text(_("With the NIK, birth date and sex need not be filled in.")),
            optional=True,
            max=40,
        ),
        "born": TextField(
            label=text(_("Birth year, or age in years")), hint=text(_("For example 1990 or 34.")), optional=True, max=4
        ),
        "sex": ChoiceField(label=text(_("Sex")), options=options(SEXES), optional=True),
        "area": AreaField(label=text(_("Where does the patient live?"))),
        "symptoms": MultiChoiceField(
            label=text(_("Symptoms")),
            options=options({name: each.name for name, each in disease.symptoms.items()}),
            optional=True,
        ),
        "onset": DateField(label=text(_("First symptoms on")), optional=True, until="today"),
    }
    if disease.exposures:
        names = {name: each.name for name, each in disease.exposures.items()}
        fields["exposures"] = MultiChoiceField(
            label=text(_("Before the illness")), options=options(names), optional=True
        )
    if disease.tests:
        fields["test"] = ChoiceField(label=text(_("Test done now")), options=result_options(disease), optional=True)
    fields["phone"] = TextField(label=text(_("Phone")), optional=True, max=30)
    fields["note"] = LongTextField(label=text(_("Note for your colleagues")), optional=True, max=1000)
    if len(facilities) > 1:
        fields["facility"] = ChoiceField(
            label=text(_("Facility")), options=options({each.pk: str(each) for each in facilities})
        )
    return fields


def result_options(disease: Disease) -> dict[str, Text]:
    """Options "pcr:positive" of a test with its result."""
    return options(
        {
            f"{name}{OF}{result}": f"{test.name}: {RESULTS.get(result, result)}"
            for name, test in disease.tests.items()
            for result in test.results
        }
    )


def correction_fields(disease: Disease) -> Fields:
    """Fields of a correction."""
    whole = patient_fields(disease, [])
    names = ("area", "symptoms", "onset", "exposures", "note")
    return {name: whole[name] for name in names if name in whole}


def test_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of a test with its result."""
    return {
        "test": ChoiceField(label=text(_("Test and result")), options=result_options(disease)),
        "specimen": DateField(label=text(_("Specimen taken on")), until="today"),
    }


def outcome_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of the outcome."""
    names = {name: each.name for name, each in disease.outcomes.items()}
    return {
        "outcome": ChoiceField(label=text(_("Outcome")), options=options(names)),
        "on": DateField(label=text(_("On which day?")), until="today"),
    }


def stay_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of a stay in a hospital."""
    fields: Fields = {
        "ward": ChoiceField(label=text(_("Ward")), options=options(dict(disease.wards))),
        "admitted": DateField(label=text(_("Admitted on")), until="today"),
        "discharged": DateField(label=text(_("Left on")), until="today", optional=True),
    }
    if facilities:
        fields["facility"] = facility_field(facilities, optional=True)
    return fields


def discharge_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of the end of a stay."""
    return {"on": DateField(label=text(_("Left on")), until="today")}


def classification_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of a classification by hand."""
    return {
        "classification": ChoiceField(label=text(_("Classification")), options=options(CLASSIFICATIONS)),
        "reason": TextField(label=text(_("Why? The patient can read it.")), max=240),
    }


def transfer_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of a transfer."""
    return {
        "facility": facility_field(facilities),
        "reason": TextField(label=text(_("Why? The patient can read it.")), max=240),
    }


def dispute_fields(disease: Disease, facilities: list[Unit]) -> Fields:
    """Fields of the decision on a dispute."""
    decisions = {"corrected": _("I corrected the record"), "kept": _("The record stays as it is")}
    return {
        "decision": ChoiceField(label=text(_("Your decision")), options=options(decisions)),
        "answer": TextField(label=text(_("Answer to the patient")), max=240),
    }


def facility_field(facilities: list[Unit], *, optional: bool = False) -> ChoiceField:
    """Choice of a facility."""
    names = {each.pk: str(each) for each in facilities}
    return ChoiceField(label=text(_("Facility")), options=options(names), optional=optional)


def day_of(value: str | None) -> date | None:
    """Return the value of a date field as a day."""
    return date.fromisoformat(value) if value else None


def identifier_of(number: str | None) -> NewIdentifier | None:
    """Return a typed number. A long one of digits alone is a national number, perhaps with a slip."""
    compact = "".join(each for each in number or "" if each.isalnum())
    if not number:
        return None
    is_national = compact.isdigit() and len(compact) >= LONG
    return NewIdentifier(NATIONAL_ID, compact) if is_national else NewIdentifier("other", number)


def birth_year_of(typed: str | None, today: date) -> int | None:
    """Return the birth year of "1990" or of the age "34"; None for anything else."""
    value = parse_number(typed)
    if value is None:
        return None
    return value if 1900 <= value <= today.year else today.year - value if value <= 120 else None


def first_test_of(value: Any) -> tuple[str, str] | None:
    """Return test and result of a choice "pcr:positive"."""
    test, _colon, result = str(value or "").partition(OF)
    return (test, result) if result else None
