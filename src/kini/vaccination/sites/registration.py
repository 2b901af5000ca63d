"""Registration of sites: pack check, step of prepare, jobs, message type, personal data."""

from kini.city.public import pack_checks
from kini.core import preparation
from kini.messages.public import message_types
from kini.vaccination.sites import jobs as jobs  # jobs register themselves
from kini.vaccination.sites import personal_data
from kini.vaccination.sites.notifications import CALL
from kini.vaccination.sites.site_file import check_sites, load_sites


def register() -> None:
    """Register everything; called once at start."""
    pack_checks.register("vaccination-sites", check_sites)
    preparation.steps.register("vaccination-sites", load_sites)
    message_types.register(CALL.id, CALL)
    personal_data.register()
