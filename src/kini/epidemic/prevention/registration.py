"""Registration of prevention and care with the registries of the house."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.auth import scopes
from kini.api.operations import ApiModule, api_modules
from kini.city.public import pack_checks
from kini.core import preparation
from kini.core.config_files import ConfigErrors
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention import actions, api, bed_occupancy, health_record, personal_data, retention
from kini.epidemic.prevention import health_alerts as alerts
from kini.epidemic.prevention import jobs as jobs  # jobs register themselves
from kini.epidemic.prevention.bed_types import beds_file, check_beds
from kini.messages.public import message_types
from kini.people.public import has_permission
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "epidemic:desk-hospitals": gettext_lazy(
        "Free and occupied beds of your hospital. Residents see your figures with their time, so report "
        "often, also when nothing changed."
    ),
    "epidemic:desk-health-alerts": gettext_lazy(
        "Messages to people in an area. Write what to do, not only what happened. Another officer checks and "
        "sends them."
    ),
}


def register() -> None:
    """Register everything once; called from `epidemic.registration.register`."""
    retention.register()
    personal_data.register()
    pack_checks.register("beds", check_beds)
    bed_occupancy.register()
    health_record.register()
    scopes.register(api.SCOPE.name, api.SCOPE)
    api_modules.register("hospital-beds", ApiModule("Hospital beds", api.router))
    preparation.demo_steps.register("hospital-beds", preparation.action_step(actions.create_demo_beds))
    message_types.register(alerts.MESSAGE.id, alerts.MESSAGE)
    services_on_other_pages.register("epidemic-care", _services)
    start_panels.register("epidemic-care", _service_panel)
    beds = NavItem(
        *("epidemic:desk-hospitals", gettext_lazy("Report beds"), "heart", 107, "desk", gettext_lazy("Health")),
        visible=has_permission(EpidemicPermission.REPORT_BEDS),
    )
    register_help(DESK_HELP)
    navigation.register("desk-beds", beds)
    health_alerts = NavItem(
        *(
            "epidemic:desk-health-alerts",
            gettext_lazy("Health alerts"),
            "megaphone",
            108,
            "desk",
            gettext_lazy("Health"),
        ),
        visible=has_permission(EpidemicPermission.SEND_HEALTH_ALERTS),
    )
    navigation.register("desk-health-alerts", health_alerts)


def _services(root: Path) -> Iterator[str]:
    """Ids of services that this part shows."""
    try:
        known, beds = diseases(root).values(), beds_file(root)
    except ConfigErrors:
        return  # reported by the checks of these files
    for disease in known:
        if disease.care_services.self_assessment:
            yield disease.care_services.self_assessment
    if beds and beds.service:
        yield beds.service


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Button on the start page of a service that this part shows."""
    beds = beds_file()
    if beds and beds.service == service.pk:
        context = {"at": reverse("epidemic:beds"), "label": _("See free beds")}
        return render_to_string("epidemic/parts/service_panel.html", context, request)
    for name, disease in diseases().items():
        if disease.care_services.self_assessment == service.pk:
            context = {"at": reverse("epidemic:self-assessment", args=[name]), "label": _("Answer the questions")}
            return render_to_string("epidemic/parts/service_panel.html", context, request)
    return None
