"""Registration of tracing in other rooms: access, permissions, persons, navigation."""

from django.utils.translation import gettext_lazy as _

from kini.epidemic.case_records.case_references import register_case_reference
from kini.epidemic.case_records.record_access import CasePage, case_pages
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import health_record, jobs, message_replies, notifications, personal_data, retention  # noqa: F401 -- jobs register themselves
from kini.epidemic.tracing.actions.gatherings import VENUE_VISITS
from kini.epidemic.tracing.interview_desk import interview_address
from kini.epidemic.tracing.models import Attendance, Contact, ContactExposure, LarvaInspection
from kini.messages.public import reply_handlers
from kini.people.public import (
    OnMerge,
    PersonReference,
    access_purposes,
    access_types,
    has_permission,
    permission_filters,
    register_reference,
)
from kini.records.public import AccessPolicy, ConsentPurpose, consent_purposes, register_policy
from kini.records.rules import Doors
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Type of reads in the access log, and their purpose.
ACCESS_TYPE = PURPOSE = "contact-tracing"

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "epidemic:desk-tracing": _(
        "Contacts to reach today, the most urgent first. Ask how they are, offer help, and record the answer."
    ),
    "epidemic:desk-clusters": _(
        "Cases that belong together by place and time. Open one to see who was there, and whether it still grows."
    ),
    "epidemic:desk-sources": _(
        "Places where several cases were before they fell ill. They are suggestions: visit before you name a place."
    ),
    "epidemic:desk-tracing-figures": _(
        "How quickly contacts are found and reached. Low figures show where help is needed."
    ),
    "epidemic:desk-inspections": _(
        "Houses inspected for larvae, and where larvae were found. Plan the next visits by it."
    ),
}


def register() -> None:
    """Register everything once; called by the room's registration."""
    access_types.register(ACCESS_TYPE, _("Data about you as a contact of a case of illness was opened"))
    access_purposes.room_purposes.register(PURPOSE, _("Contact tracing"))
    register_policy(
        AccessPolicy(
            name="epidemic-contact",
            model=Contact,
            label=_("Contact of a case record"),
            doors=Doors(area=EpidemicPermission.TRACE_CONTACTS),
            purposes=(PURPOSE,),
            access_type=ACCESS_TYPE,
            columns=permission_filters.ScopeColumns(service=""),
            subject="person_id",
            reference="reference",
        )
    )
    register_reference(PersonReference(Contact, on_merge=OnMerge.MOVE_OR_STAY))
    register_reference(PersonReference(Attendance, on_merge=OnMerge.MOVE_OR_STAY))
    case_pages.register("contacts", CasePage(_("Contacts of the case"), interview_address))
    register_case_reference(ContactExposure)
    register_case_reference(Contact, "became_case")
    register_case_reference(LarvaInspection)
    purpose = ConsentPurpose(
        VENUE_VISITS,
        _("Places where you were"),
        _("I agree that the health centre uses the places that I name to find where people were infected."),
        _("Tracers compare them with the places of other cases. The venue does not learn who you are."),
        _("The places that you named are no longer compared. Your treatment stays the same."),
    )
    consent_purposes.register(purpose.id, purpose)
    notifications.register()
    health_record.register()
    # Before the handlers that answer every message.
    reply_handlers.register("daily-check", message_replies.receive_answer)
    personal_data.register()
    retention.register()
    traces = has_permission(EpidemicPermission.TRACE_CONTACTS)
    register_help(DESK_HELP)
    for name, url_name, label, icon, order in (
        ("desk-tracing", "epidemic:desk-tracing", _("Contacts"), "people", 102),
        ("desk-clusters", "epidemic:desk-clusters", _("Clusters"), "pin", 103),
        ("desk-sources", "epidemic:desk-sources", _("Likely sources"), "search", 104),
        ("desk-tracing-figures", "epidemic:desk-tracing-figures", _("Figures of contact tracing"), "chart", 105),
        ("desk-inspections", "epidemic:desk-inspections", _("Larva inspections"), "drop", 106),
    ):
        navigation.register(name, NavItem(url_name, label, icon, order, "desk", _("Health"), visible=traces))
