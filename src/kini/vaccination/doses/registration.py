"""Registration of doses: access, references to persons, personal data, retention."""

from django.utils.translation import gettext_lazy as _

from kini.people.public import OnMerge, PersonReference, access_purposes, access_types, register_reference
from kini.records.public import register_policy
from kini.vaccination.doses import health_record, personal_data, retention
from kini.vaccination.doses import jobs as jobs  # jobs register themselves
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.record_access import ACCESS_TYPE, CORRECT, POLICY, VACCINATE


def register() -> None:
    """Register everything; called once at start."""
    register_policy(POLICY)
    access_types.register(ACCESS_TYPE, _("The record of a vaccination of yours was opened"))
    access_purposes.room_purposes.register(VACCINATE, _("Vaccination"))
    access_purposes.room_purposes.register(CORRECT, _("Correct records of vaccinations"))
    # No constraint of this table is about persons, so that a merge of persons is never refused because of it.
    register_reference(PersonReference(Dose, on_merge=OnMerge.MOVE))
    personal_data.register()
    retention.register()
    health_record.register()
