"""Registration of this part with the registries of the house."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kini.core.config_files import ConfigErrors
from kini.messages.public import reply_handlers
from kini.people.public import OnMerge, PersonReference, has_permission, permission_filters, register_reference
from kini.records.public import AccessPolicy, Doors, register_policy
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.doses.record_access import ACCESS_TYPE, VACCINATE
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations import (
    health_record,
    message_replies,
    notifications,
    personal_data,
    retention,
)
from kini.vaccination.registrations import jobs as jobs  # jobs register themselves
from kini.vaccination.registrations.models import NextDose, Registration
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "vaccination:desk-missed": _("People who missed their next dose. Call them, and help them to choose another time."),
}


def register() -> None:
    """Register everything; called once at start."""
    register_policy(
        AccessPolicy(
            name="next-dose",
            model=NextDose,
            label=_("Dose that is due"),
            doors=Doors(area=VaccinationPermission.SEE_AREA_DOSES, facility=VaccinationPermission.SEE_DOSES),
            purposes=(VACCINATE,),
            access_type=ACCESS_TYPE,
            columns=permission_filters.ScopeColumns(service=""),
            facility="facility_id",
            subject="person_id",
        )
    )
    # Two records of one person may each be registered for a dose, or have a next one: then the second stays.
    register_reference(PersonReference(Registration, on_merge=OnMerge.MOVE_OR_STAY))
    register_reference(PersonReference(NextDose, on_merge=OnMerge.MOVE_OR_STAY))
    notifications.register()
    # Before the handlers that answer every message.
    reply_handlers.register("vaccination-registration", message_replies.receive_registration)
    services_on_other_pages.register("vaccination-registrations", _services)
    start_panels.register("vaccination-registrations", _service_panel)
    personal_data.register()
    retention.register()
    health_record.register()
    missed = NavItem(
        *("vaccination:desk-missed", _("Missed doses"), "clock", 112, "desk", _("Health")),
        visible=has_permission(VaccinationPermission.SEE_DOSES),
    )
    register_help(DESK_HELP)
    navigation.register("desk-missed-doses", missed)


def _services(root: Path) -> Iterator[str]:
    """Ids of the services that this part shows."""
    try:
        known = campaigns(root).values()
    except ConfigErrors:
        return  # reported by the check of campaigns
    yield from {campaign.service for campaign in known}


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Campaigns on the start page of their service."""
    own = {name: campaign for name, campaign in campaigns().items() if campaign.service == service.pk}
    if not own:
        return None
    return render_to_string("vaccination/registrations/service_panel.html", {"campaigns": own}, request)
