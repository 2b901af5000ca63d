"""Registration of the room with the registries of the house."""

from django.utils.translation import gettext_lazy as _

from kini.core.health import HealthCheck, health_checks
from kini.exchange.public import destinations
from kini.people.public import (
    OnMerge,
    PersonReference,
    has_permission,
    identifier_types,
    permission_filters,
    register_permissions,
    register_reference,
)
from kini.records.public import AccessPolicy, ConsentPurpose, Doors, consent_purposes, register_policy
from kini.satusehat import exchange_health, jobs, personal_data, retention
from kini.satusehat.actions import PULL_CONSENT
from kini.satusehat.fresh_doses import before_eligibility
from kini.satusehat.models import PulledDifference, PullRequest
from kini.satusehat.national_patients import IHS_NUMBER, IHS_TYPE
from kini.satusehat.permissions import SatusehatPermission
from kini.satusehat.record_destination import DESTINATION, SatusehatDestination
from kini.vaccination.public import CORRECT_DOSES, DOSE_ACCESS, doses_elsewhere
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "satusehat:desk-list": _(
        "Records that SATUSEHAT refused, with the reason and what to do, and how many wait to be sent."
    ),
}


def register() -> None:
    """Register everything that other rooms look up."""
    assert jobs
    register_permissions(SatusehatPermission)
    identifier_types.register(IHS_NUMBER, IHS_TYPE)
    destinations.register(DESTINATION, SatusehatDestination())
    register_policy(
        AccessPolicy(
            name="national-difference",
            model=PulledDifference,
            label=_("Dose that differs at SATUSEHAT"),
            doors=Doors(area=SatusehatPermission.RECONCILE),
            purposes=(CORRECT_DOSES,),
            access_type=DOSE_ACCESS,
            columns=permission_filters.ScopeColumns(service=""),
            subject="person_id",
        )
    )
    register_reference(PersonReference(PulledDifference, on_merge=OnMerge.MOVE))
    register_reference(PersonReference(PullRequest, on_merge=OnMerge.MOVE))
    purpose = ConsentPurpose(
        PULL_CONSENT,
        _("Doses from the national health record"),
        _("I agree that the city fetches my vaccinations from SATUSEHAT, the health record of the Ministry of Health."),
        _("Your NIK, or name, birth date and sex, are sent to the Ministry. Doses that it has are added here."),
        _("Nothing more is fetched. Doses that were fetched stay in your record."),
    )
    consent_purposes.register(purpose.id, purpose)
    health_checks.register("satusehat", HealthCheck(exchange_health.find_problem))
    doses_elsewhere.register("satusehat", before_eligibility)
    personal_data.register()
    retention.register()
    works = has_permission(SatusehatPermission.RECONCILE)
    register_help(DESK_HELP)
    navigation.register(
        "desk-satusehat", NavItem("satusehat:desk-list", "SATUSEHAT", "heart", 120, "desk", _("Health"), visible=works)
    )
    note = _("Vaccinations at a hospital or in another city")
    navigation.register(
        "own-national-doses",
        NavItem("satusehat:fetch", _("Doses from other places"), "heart", 46, "account", note=note),
    )
