"""Fields of registration pages, made from the campaign; and their values as what actions take."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.core.actors import ActionRefused
from kini.core.localized_text import Text
from kini.people.models import Person
from kini.people.public import PersonDetails, details_of
from kini.services.public import AreaField, ChoiceField, DateField, FieldBase, MultiChoiceField, TextField
from kini.vaccination.campaigns.campaign_files import vaccines
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.registrations.birth_dates import parse_birth_date
from kini.vaccination.registrations.queries import Statements, proof_groups
from kini.web.formats import today

type Fields = dict[str, FieldBase]
NONE = "none"


def text(words: str | Promise) -> Text:
    """Return words of the active language as a text of the pack."""
    return Text({"": str(words)})


def other_fields(campaign: Campaign) -> Fields:
    """Fields about somebody who is not of the household."""
    sexes = {"female": text(_("Female")), "male": text(_("Male"))}
    fields: Fields = {
        "name": TextField(
            label=text(_("Full name")),
            hint=text(_("As on the identity card or family card, if there is one.")),
            max=120,
        ),
        "born": _born_field(),
        "sex": ChoiceField(label=text(_("Sex")), options=sexes),
        "area": AreaField(
            label=text(_("Where in the city does this person live?")),
            hint=text(_("Leave it empty for somebody who lives outside of the city.")),
            optional=True,
        ),
    }
    return fields | statement_fields(campaign)


def person_fields(person: Person, campaign: Campaign, *, has_doses: bool) -> Fields:
    """Fields about somebody of the household: only what their record does not say."""
    fields: Fields = {} if details_of(person).birth_date else {"born": _born_field()}
    return fields | statement_fields(campaign, has_doses=has_doses)


def statement_fields(campaign: Campaign, *, has_doses: bool = False) -> Fields:
    """Fields that everybody may be asked: groups with a proof, and a dose elsewhere while none is on record."""
    fields: Fields = {}
    if groups := proof_groups(campaign):
        fields["proofs"] = MultiChoiceField(
            label=text(_("Does this person belong to one of these groups?")),
            options={name: text(words) for name, words in groups.items()},
            optional=True,
        )
    if not has_doses:
        names = {name: each.name for name, each in vaccines().items() if campaign.series_of(name)}
        fields["last_vaccine"] = ChoiceField(
            label=text(_("Vaccine of the last dose elsewhere, if there was one")), options=names, optional=True
        )
        fields["last_given_on"] = DateField(label=text(_("Day of that dose")), until="today", optional=True)
    return fields


def _born_field() -> TextField:
    return TextField(
        label=text(_("Date of birth")), hint=text(_("For example 3-5-1955. The year alone is enough.")), max=20
    )


def statements(values: Mapping[str, Any], *, asks_birth: bool, asks_area: bool) -> Statements:
    """Return the statements of a form.

    Raises:
        ActionRefused: for a birth date that is none, or half a dose elsewhere.
    """
    born, precision = parse_birth_date(values["born"], today()) if asks_birth else (None, "")
    vaccine, on = values.get("last_vaccine") or "", _date(values.get("last_given_on"))
    if bool(vaccine) != bool(on):
        raise ActionRefused(_("Name both the vaccine and the day of the dose elsewhere, or neither."))
    return Statements(
        proofs=tuple(values.get("proofs") or ()),
        birth_date=born,
        birth_precision=precision,
        last_vaccine=vaccine,
        last_given_on=on,
        lives_in_city=bool(values.get("area")) if asks_area else None,
    )


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def other_details(values: Mapping[str, Any]) -> PersonDetails:
    """Return the details of somebody who is not of the household.

    Raises:
        ActionRefused: for a birth date that is none.
    """
    born, precision = parse_birth_date(values["born"], today())
    area = city_queries.area(values["area"]) if values.get("area") else None
    return PersonDetails(
        name=" ".join(values["name"].split()),
        birth_date=born,
        birth_precision=precision,
        sex=values["sex"],
        area=area.pk if area else "",
    )
