"""Hidden data of a case, shown once after its access is logged."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kini.cases import actions
from kini.cases.desk import look_reason, queue_address
from kini.cases.desk.guards import case_at_desk
from kini.cases.desk.handling import attempt
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.pages.forms import posted_text
from kini.cases.permissions import CasePermission
from kini.city import queries as city_queries
from kini.core.actors import ActionRefused
from kini.people.public import access_purposes, officers_only
from kini.services.public import FieldBase, ServiceSnapshot, snapshot_of

LONGEST_REASON = 240
LOOKS = ("identity", "answers")


@officers_only(CasePermission.SEE_CASES)
@require_POST
def look(request: HttpRequest, reference: str) -> HttpResponse:
    """Reveal hidden data once on this page. The reveal is logged first, with its reason, for the resident to read."""
    actor, case = case_at_desk(request, reference)
    what, purpose = request.POST.get("what", ""), clean_query_text(request.POST.get("purpose", ""))
    shown: dict[str, Any] = {}

    def deed() -> None:
        reason = posted_text(request, "reason")
        if what not in LOOKS:
            raise ActionRefused(_("Choose what you need to see."))
        if len(reason) > LONGEST_REASON:
            raise ActionRefused(_("Write the reason in fewer words."))
        shown.update(actions.reveal(by=actor, case=case, what=what, reason=reason, purpose=purpose))

    anchor = "what" if what not in LOOKS else "reason" if purpose in access_purposes.look_purposes() else "purpose"
    refused = attempt(request, actor, case, deed, anchor, "reason", "what", "purpose")
    if refused:
        return refused
    look_reason.remember_reason(request, purpose, posted_text(request, "reason"))
    snapshot = snapshot_of(case.version)
    rows = list(_answers(snapshot, shown) if what == "answers" else _identity(shown))
    context = {
        "case": case,
        "rows": rows,
        "purpose": access_purposes.purpose_label(purpose),
        "reason": posted_text(request, "reason"),
        "trail": queue_address.back_query(request),
    }
    return render(request, "cases/desk/look.html", context)


def _answers(snapshot: ServiceSnapshot, shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Hidden answers in the clear with labels, lists item by item."""
    for page_ in snapshot.pages:
        if page_.repeat:
            for item in shown.get(page_.repeat.name) or []:
                yield from _revealed(page_.fields, item)
        else:
            yield from _revealed(page_.fields, shown)


def _revealed(fields: Mapping[str, FieldBase], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        if values.get(name) is not None:
            yield str(field.label), field.reveal(values[name])


def _identity(known: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    labels = {
        "name": _("Name"),
        "national_id": _("National identity number"),
        "birth_date": _("Date of birth"),
        "sex": _("Sex"),
        "family_card": _("Family card number"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "address": _("Address"),
    }
    words = {"female": _("Female"), "male": _("Male")}
    for attribute, label in labels.items():
        if (value := known.get(attribute)) is not None:
            yield label, _address(value) if isinstance(value, dict) else words.get(value, str(value))


def _address(value: Mapping[str, str]) -> str:
    area = city_queries.area(value["area"])
    return f"{value['text']}, {area.name if area else value['area']}"
