"""Registration of this part in other rooms: certificate, consent of guardians, messages, privacy, navigation."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kini.documents.public import register_document_type, template_folders
from kini.people.public import access_types, has_permission
from kini.records.public import ConsentPurpose, consent_purposes
from kini.together.permissions import HelpPermission
from kini.together.volunteers import jobs, notifications, personal_data, retention  # noqa: F401 -- jobs register themselves
from kini.together.volunteers.actions.sign_ups import CONSENT
from kini.together.volunteers.certificate_type import CERTIFICATE, HoursCertificate
from kini.together.volunteers.organizer_pages import ACCESS_TYPE
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "together:desk-volunteers": _(
        "Activities with their shifts. What one officer records, another releases. A screening for work with "
        "children is recorded with its paper and its term; without it nobody signs up for such a shift."
    )
}


def register() -> None:
    """Register everything once; called by the room's registration."""
    register_document_type(CERTIFICATE, HoursCertificate())
    template_folders.register("together", Path(__file__).parents[1] / "paper")
    access_types.register(ACCESS_TYPE, _("Your name was read in the list of a shift of volunteers"))
    purpose = ConsentPurpose(
        CONSENT,
        _("A child as a volunteer"),
        _("I am the guardian, and I agree that my child takes part as a volunteer."),
        _("Organizers see the child's name, and during the shift your emergency contact."),
        _("The child cannot sign up for further shifts."),
        guardian_only=True,
    )
    consent_purposes.register(purpose.id, purpose)
    notifications.register()
    personal_data.register()
    retention.register()
    entry = NavItem(
        *("together:desk-volunteers", _("Volunteers"), "people", 121, "desk"),
        visible=has_permission(HelpPermission.MANAGE_VOLUNTEERS),
    )
    navigation.register("desk-volunteers", entry)
    register_help(DESK_HELP)
