"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.vaccination.campaigns import campaign_files as campaign_files
from kini.vaccination.certificates import code_picture as code_picture
from kini.vaccination.certificates import hc1 as hc1
from kini.vaccination.certificates import queries as certificate_queries
from kini.vaccination.certificates import trust as trust
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses import queries as dose_queries
from kini.vaccination.doses.actions import DoseCorrection as DoseCorrection
from kini.vaccination.doses.actions import NewDose as NewDose
from kini.vaccination.doses.record_access import ACCESS_TYPE as DOSE_ACCESS
from kini.vaccination.doses.record_access import CORRECT as CORRECT_DOSES
from kini.vaccination.doses.record_access import dose_by_number as dose_by_number
from kini.vaccination.permissions import VaccinationPermission as VaccinationPermission
from kini.vaccination.registrations import actions as registration_actions
from kini.vaccination.registrations.doses_elsewhere import ElsewhereNote as ElsewhereNote
from kini.vaccination.registrations.doses_elsewhere import doses_elsewhere as doses_elsewhere
from kini.vaccination.simulate.queries import example_site as example_site
from kini.vaccination.sites import appointments as appointments
from kini.vaccination.sites import stock as stock
from kini.vaccination.sites import verification as stock_verification
from kini.vaccination.status.queries import status_of as status_of

__all__ = [
    "CORRECT_DOSES",
    "DOSE_ACCESS",
    "DoseCorrection",
    "ElsewhereNote",
    "NewDose",
    "VaccinationPermission",
    "appointments",
    "campaign_files",
    "certificate_queries",
    "code_picture",
    "dose_actions",
    "dose_by_number",
    "dose_queries",
    "doses_elsewhere",
    "example_site",
    "hc1",
    "registration_actions",
    "status_of",
    "stock",
    "stock_verification",
    "trust",
]
