"""Registration of case records: access, references to persons and cases, personal data, retention, events."""

from django.utils.translation import gettext_lazy as _

from kini.api.auth import scopes
from kini.api.operations import ApiModule, api_modules
from kini.core.actors import system
from kini.core.events import subscribe
from kini.epidemic.case_records import actions, api, case_references, health_record, personal_data, retention
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.case_records.record_access import ACCESS_TYPE, CARE, POLICY, SURVEILLANCE
from kini.epidemic.permissions import EpidemicPermission
from kini.people.events import PersonsSeparated
from kini.people.models import PersonMerge
from kini.people.public import (
    OnMerge,
    PersonReference,
    access_purposes,
    access_types,
    has_permission,
    register_reference,
)
from kini.records.public import register_policy
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "epidemic:desk-cases": _(
        "Case records of your facility: suspected, probable and confirmed. Add laboratory results as they "
        "come. Each look is logged."
    ),
}


def register() -> None:
    """Register everything; called once at start."""
    register_policy(POLICY)
    access_types.register(ACCESS_TYPE, _("The record of your illness was opened"))
    access_purposes.room_purposes.register(CARE, _("Treatment and care"))
    access_purposes.room_purposes.register(SURVEILLANCE, _("Follow the spread of a disease"))
    # No constraint of these tables is about persons, so that a merge of persons is never refused because of them.
    register_reference(PersonReference(CaseRecord, on_merge=OnMerge.MOVE))
    register_reference(PersonReference(LabTest, on_merge=OnMerge.MOVE))
    register_help(DESK_HELP)
    navigation.register(
        "desk-case-records",
        NavItem(
            *("epidemic:desk-cases", _("Case records"), "heart", 100, "desk", _("Health")),
            visible=has_permission(EpidemicPermission.SEE_FACILITY_RECORDS),
        ),
    )
    health_record.register()
    scopes.register(api.SCOPE.name, api.SCOPE)
    api_modules.register("lab-results", ApiModule("Laboratory results", api.router))
    case_references.register()
    personal_data.register()
    retention.register()
    subscribe(PersonsSeparated, name="epidemic.separate_cases")(_separate)


def _separate(event: PersonsSeparated) -> None:
    merge = PersonMerge.objects.get(pk=event.merge)
    actions.separate_cases(by=system("persons separated"), person_ids=[merge.survivor_id, merge.absorbed_id])
