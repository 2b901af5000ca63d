"""Registration with the registries of the house."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kini.api.auth import scopes
from kini.api.operations import ApiModule, api_modules
from kini.documents.public import template_folders
from kini.health_record import api, health_bookings, personal_data, retention
from kini.health_record.actions import ACCESS_TYPE
from kini.people.public import access_types
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything; called once at start."""
    access_types.register(ACCESS_TYPE, _("A health record that you showed by a code was read"))
    access_types.register(api.STATUS_TYPE, _("A program asked whether you may enter a venue"))
    access_types.register(api.PASS_TYPE, _("A program fetched your entry pass"))
    health_bookings.register()
    personal_data.register()
    retention.register()
    template_folders.register("health_record", Path(__file__).parent / "paper")
    scopes.register(api.SCOPE.name, api.SCOPE)
    api_modules.register("health-status", ApiModule("Entry to venues", api.router))
    note = _("Vaccinations, tests, appointments; to show, to correct, to take along")
    own = NavItem("health_record:mine", _("My health"), "heart", 5, "account", note=note)
    navigation.register("health-record-account", own)
