"""Registration of prevention and care with the registries of the house."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kini.core.config_files import ConfigErrors
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.prevention import personal_data, retention
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels


def register() -> None:
    """Register everything once; called from `epidemic.registration.register`."""
    retention.register()
    personal_data.register()
    services_on_other_pages.register("epidemic-care", _services)
    start_panels.register("epidemic-care", _service_panel)


def _services(root: Path) -> Iterator[str]:
    """Ids of services that this part shows."""
    try:
        known = diseases(root).values()
    except ConfigErrors:
        return  # reported by the check of diseases
    for disease in known:
        if disease.care_services.self_assessment:
            yield disease.care_services.self_assessment


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Button on the start page of the self-assessment's service."""
    for name, disease in diseases().items():
        if disease.care_services.self_assessment == service.pk:
            context = {"at": reverse("epidemic:self-assessment", args=[name])}
            return render_to_string("epidemic/parts/service_panel.html", context, request)
    return None
