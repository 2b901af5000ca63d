"""Admin of services and the versions of their definitions."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from kini.operator.public import ReadOnlyAdmin, site
from kini.services.models import Service, ServiceVersion


class ServiceAdmin(ReadOnlyAdmin):
    labels = _("service"), _("services")
    list_display = ("id", "category", "kind", "agency_id", "active")
    ordering = ("id",)
    search_fields = ("id__exact",)
    search_help_text = _("Id of a service")


class ServiceVersionAdmin(ReadOnlyAdmin):
    labels = _("version of a service"), _("versions of services")
    list_display = ("service_id", "number", "digest", "created_at")
    search_fields = ("service__id__exact",)
    search_help_text = _("Id of a service")
    detail_fields = (*list_display, "definition")

    @admin.display(description=_("definition"))
    def definition(self, version: ServiceVersion) -> str:
        return format_html("<pre>{}</pre>", json.dumps(version.content, ensure_ascii=False, indent=1))


def register() -> None:
    """Register with the operator's admin site."""
    site.register(Service, ServiceAdmin)
    site.register(ServiceVersion, ServiceVersionAdmin)
