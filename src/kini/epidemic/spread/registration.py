"""Registration of the public pages and officers' pages with the registries of the house."""

from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.config_files import ConfigErrors
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.spread import desk, line_list
from kini.epidemic.spread import jobs as jobs
from kini.people.public import access_types
from kini.services.models import Service
from kini.services.public import services_on_other_pages, start_panels
from kini.web.navigation import NavItem, navigation


def register() -> None:
    access_types.register(line_list.ACCESS_TYPE, line_list.ACCESS_LABEL)
    services_on_other_pages.register("epidemic-figures", _services)
    start_panels.register("epidemic-figures", _service_panel)
    navigation.register(
        "epidemic", NavItem("epidemic:overview", gettext_lazy("Diseases in the city"), "heart", 45, "help")
    )
    desk.register()


def _services(root: Path) -> Iterator[str]:
    """Ids of the services whose page leads to the figures of a disease."""
    try:
        known = diseases(root).values()
    except ConfigErrors:
        return  # reported by the check of these files
    yield from (disease.figures_service for disease in known if disease.figures_service)


def _service_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Button on the start page of a service that leads to the figures of a disease."""
    for name, disease in diseases().items():
        if disease.figures_service == service.pk:
            context = {"at": reverse("epidemic:disease", args=[name]), "label": _("See the figures")}
            return render_to_string("epidemic/parts/service_panel.html", context, request)
    return None
