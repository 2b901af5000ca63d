"""Registration of the room's parts with the registries of the house."""

from kini.city.public import pack_checks
from kini.people.public import register_permissions
from kini.vaccination.campaigns.campaign_files import check_campaigns
from kini.vaccination.certificates import registration as certificates
from kini.vaccination.doses import registration as doses
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations import registration as registrations
from kini.vaccination.simulate import first_look
from kini.vaccination.sites import registration as sites
from kini.vaccination.status import registration as status
from kini.vaccination.visits import registration as visits


def register() -> None:
    """Register everything that other rooms look up."""
    register_permissions(VaccinationPermission)
    pack_checks.register("campaigns", check_campaigns)
    doses.register()
    sites.register()
    certificates.register()
    visits.register()
    status.register()
    registrations.register()
    first_look.register()
