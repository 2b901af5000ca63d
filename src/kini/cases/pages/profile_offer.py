"""Offer to keep answers in the profile, so that no later application asks for them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.cases.pages.wizard import ApplicationWizard
from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.people import actions as people_actions
from kini.people import rules as people_rules
from kini.people.actions import Details
from kini.people.models import Resident
from kini.people.rules import NationalIdError
from kini.services.public import questions

#: Checkbox of the summary.
REMEMBER = "remember"
#: What a profile can keep, by the attribute that a field names, with its attribute in the profile and its label.
KEPT: Mapping[str, tuple[str, str | Promise]] = {
    "name": ("name", gettext_lazy("name")),
    "child_name": ("name", gettext_lazy("name")),
    "national_id": ("national_id", gettext_lazy("identity number")),
    "child_national_id": ("national_id", gettext_lazy("identity number")),
    "family_card": ("family_card", gettext_lazy("family card number")),
    "address": ("address", gettext_lazy("address")),
}


def _new_values(wizard: ApplicationWizard) -> dict[str, Any]:
    """Answers that the profile of the person applied for lacks, by attribute of the profile."""
    if _resident(wizard) is None or wizard.at_counter:
        return {}
    final = questions.final_answers(wizard.snapshot, wizard.answers, wizard.known)
    fields = [(name, field.profile or "") for name, field in wizard.snapshot.fields.items()]
    attributes = [(KEPT[attribute][0], name) for name, attribute in fields if attribute in KEPT and name in final]
    known = {KEPT[attribute][0] for attribute in wizard.known if attribute in KEPT}
    return {attribute: final[name] for attribute, name in reversed(attributes) if attribute not in known}


def _resident(wizard: ApplicationWizard) -> Resident | None:
    """The person applied for; for a draft that a guest began, the visitor who signed in."""
    if wizard.draft.resident or wizard.actor.user_id is None:
        return wizard.draft.resident
    return Resident.objects.filter(user_id=wizard.actor.user_id).first()


def offered_labels(wizard: ApplicationWizard) -> list[str]:
    """Labels of what could be kept, each once."""
    values = _new_values(wizard)
    return list(dict.fromkeys(str(label) for attribute, label in KEPT.values() if attribute in values))


def keep_answers(request: HttpRequest, wizard: ApplicationWizard) -> None:
    """Keep the answers in the profile; a refusal is shown as a message, as the case was sent already."""
    values, resident = _new_values(wizard), _resident(wizard)
    if not values or resident is None:
        return
    try:
        details = _details(values)
        if details.number:
            attempt_limits.consume(people_rules.NUMBERS, str(request.user.pk))
        people_actions.complete_profile(by=wizard.actor, resident=resident, details=details)
    except (ActionRefused, NationalIdError) as refusal:
        messages.warning(request, str(refusal))


def _details(values: Mapping[str, Any]) -> Details:
    number, address = values.get("national_id"), values.get("address") or {}
    return Details(
        name=values.get("name", ""),
        number=people_rules.parse_national_id(number, pack.current().national_id, timezone.localdate())
        if number
        else None,
        family_card=values.get("family_card", ""),
        address=address.get("text", ""),
        area=city_queries.area(address["area"]) if address.get("area") else None,
    )
