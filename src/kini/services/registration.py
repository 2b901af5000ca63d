"""Registration of field types, API, pack check, cache warmers, navigation and home page sections."""

from django.utils.translation import gettext_lazy as _

from kini.api.operations import ApiModule, api_modules
from kini.city.public import pack_checks
from kini.core import preparation
from kini.core.process_cache import warmers
from kini.services import actions, admin, api, catalogue, file_schemas, home, loader, queries
from kini.services.fields import choices, compound, dates, identity, numbers, places, text, uploads
from kini.services.fields.base import field_types
from kini.web.home import HomeSection, home_sections
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything once, from `AppConfig.ready`."""
    for module in (text, numbers, choices, dates, identity, places, uploads, compound):
        for field_type in module.TYPES:
            field_types.register(field_type.model_fields["type"].default, field_type)
    file_schemas.register()
    admin.register()
    api_modules.register("services", ApiModule("Services", api.router))
    pack_checks.register("services", loader.check_services)
    preparation.steps.register("services", preparation.action_step(actions.load_services))
    warmers.register("catalogue", catalogue.current)
    warmers.register("services", queries.sensitive_service_ids)  # reads all definitions
    label, icon = _("Services"), "services"
    navigation.register("services", NavItem("services:catalogue", label, icon, order=20))
    navigation.register("services-bottom", NavItem("services:catalogue", label, icon, order=20, place="bottom"))
    navigation.register("services-search", NavItem("services:search", _("Find a service"), "search", place="search"))
    home_sections.register("services-greeting", HomeSection(order=10, render=home.render_greeting, place="hero"))
    home_sections.register("services-quick", HomeSection(order=10, render=home.render_quick, place="quick"))
    home_sections.register("services-popular", HomeSection(order=20, render=home.render_popular))
    home_sections.register("services-categories", HomeSection(order=30, render=home.render_categories))
    home_sections.register("services-events", HomeSection(order=20, render=home.render_events, place="aside"))
