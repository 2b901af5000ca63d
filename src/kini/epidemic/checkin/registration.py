"""Registration of the check-in in other rooms."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.core.config_files import ConfigErrors
from kini.documents.public import template_folders
from kini.epidemic.checkin import jobs as jobs
from kini.epidemic.checkin import personal_data, retention
from kini.epidemic.checkin.notifications import UPLOAD_CODE
from kini.epidemic.diseases.disease_files import diseases
from kini.messages.public import message_types
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels


def register() -> None:
    """Register everything once; called from the room's registration."""
    message_types.register(UPLOAD_CODE.id, UPLOAD_CODE)
    template_folders.register("epidemic", Path(__file__).parents[1] / "paper")
    retention.register()
    personal_data.register()
    services_on_other_pages.register("epidemic-check-in", _services)
    start_panels.register("epidemic-check-in", _service_panel)


def _services(root: Path) -> Iterator[str]:
    """Ids of services that this part shows."""
    try:
        known = diseases(root).values()
    except ConfigErrors:
        return  # reported by the check of diseases
    yield from {each.venues.service for each in known if each.venues and each.venues.service}


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Button on the start page of the check-in's service."""
    if service.pk not in {each.venues.service for each in diseases().values() if each.venues}:
        return None
    return render_to_string("epidemic/parts/check_in_panel.html", {}, request)
