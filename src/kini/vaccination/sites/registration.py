"""Registration of sites: pack check, step of prepare, jobs, message type, personal data."""

from django.utils.translation import gettext_lazy

from kini.city.public import pack_checks
from kini.core import preparation
from kini.messages.public import message_types
from kini.people.public import OnMerge, PersonReference, has_permission, register_reference
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites import jobs as jobs  # jobs register themselves
from kini.vaccination.sites import personal_data
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.sites.notifications import CALL
from kini.vaccination.sites.site_file import check_sites, load_sites
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "vaccination:desk-stock": gettext_lazy(
        "Doses at each site by batch and expiry date. Record what arrives and what is lost; appointments are "
        "promised from this stock."
    ),
}


def register() -> None:
    """Register everything; called once at start."""
    register_reference(PersonReference(StandbyRequest, on_merge=OnMerge.MOVE_OR_STAY))
    pack_checks.register("vaccination-sites", check_sites)
    preparation.steps.register("vaccination-sites", load_sites)
    message_types.register(CALL.id, CALL)
    entry = NavItem(
        *("vaccination:desk-stock", gettext_lazy("Vaccine stock"), "heart", 109, "desk", gettext_lazy("Health")),
        visible=has_permission(VaccinationPermission.MANAGE_STOCK),
    )
    register_help(DESK_HELP)
    navigation.register("desk-vaccine-stock", entry)
    personal_data.register()
