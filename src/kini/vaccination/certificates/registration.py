"""Registration of certificates: keys at prepare, personal data, retention, papers, navigation."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kini.city.public import pack
from kini.core import preparation, retention
from kini.core.actors import Actor
from kini.core.health import HealthCheck, health_checks
from kini.core.retention import RetentionRule, row_removal
from kini.documents.public import signing_keys, template_folders
from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.vaccination.certificates import health_record, issuing_keys, queries
from kini.vaccination.certificates import jobs as jobs  # jobs register themselves
from kini.vaccination.certificates.models import Certificate
from kini.web.navigation import NavItem, navigation

RULE = "vaccination.certificates"


def register() -> None:
    """Register everything; called once at start."""
    template_folders.register("vaccination-certificates", Path(__file__).parents[1] / "paper")
    preparation.steps.register("health-certificates", _prepare_keys)
    health_checks.register("health-certificates", HealthCheck(_key_problem))
    retention.rules.register(RULE, _RETENTION)
    personal_data_categories.register(_CATEGORY.name, _CATEGORY)
    health_record.register()
    verify = NavItem("vaccination:gatekeeper", _("Verify a health certificate"), "shield", order=61, place="help")
    navigation.register("vaccination-verify", verify)


def _prepare_keys(by: Actor) -> Iterable[str]:
    """Create a signing key in a demo; in production say that it is missing."""
    if settings.ENV.production:
        return filter(None, [_key_problem()])
    signing_keys.make_development_keys(issuing_keys.folder(), [("first", str(pack.current().name))])
    return ()


def _key_problem() -> str:
    if queries.is_able_to_issue():
        return ""
    return f"No valid key for health certificates in {issuing_keys.folder()} (docs/operators.md); none can be issued."


def _certificates(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for each in Certificate.objects.filter(dose__person__in=ids).select_related("dose").order_by("pk"):
        yield {
            "number": each.identifier,
            "dose": each.dose.reference,
            "code": each.code,
            "issued": each.issued_at,
            "until": each.expires_at,
            "revoked": each.revoked_at,
        }


_RETENTION = RetentionRule(
    RULE,
    _("Certificates of vaccination, counted from their last day"),
    _("They are of no use after it; a new one is issued from the dose"),
    timedelta(days=30),
    row_removal(lambda before: Certificate.objects.filter(expires_at__lt=before)),
)
_CATEGORY = PersonalDataCategory(
    "vaccination.certificates",
    _("Certificates of vaccination"),
    _("Codes that show your name, your birth date and one vaccination"),
    _("So that you can prove a vaccination, also without a network and abroad"),
    LegalBasis.TASK,
    _("You and those who act for you; those to whom you show one"),
    {
        "number": _("Number"),
        "dose": _("Dose"),
        "code": _("Code"),
        "issued": _("Issued"),
        "until": _("Valid until"),
        "revoked": _("Revoked"),
    },
    _certificates,
    rules=(RULE,),
    stays=_("A certificate is removed a month after its last day."),
)
