"""Registration in other rooms: pack check, stored files, signing keys, navigation."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext_lazy

from kini.city.public import pack_checks
from kini.core import preparation
from kini.core.actors import Actor
from kini.core.file_references import FileColumn, references
from kini.core.health import HealthCheck, health_checks
from kini.documents import queries, signing_keys, template_checks
from kini.documents.environment import DocumentsEnvironment
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything once; called from `DocumentsConfig.ready`."""
    pack_checks.register("documents", template_checks.check_templates)
    references.register("documents.signed", FileColumn("documents.SignedDocument"))
    preparation.steps.register("documents", _prepare_keys)
    health_checks.register("documents", HealthCheck(_key_problem))
    navigation.register(
        "documents-check",
        NavItem("documents:find", gettext_lazy("Check a document"), "shield", order=60, place="help"),
    )


def _prepare_keys(by: Actor) -> Iterable[str]:
    """Create the agencies' signing keys in a demo; in production list the missing ones."""
    if settings.ENV.production:
        return filter(None, [_key_problem()])
    agencies = [(agency.pk, agency.short_name) for agency in queries.signing_agencies()]
    signing_keys.make_development_keys(DocumentsEnvironment.current().keys_folder, agencies)
    return ()


def _key_problem() -> str:
    folder = DocumentsEnvironment.current().keys_folder
    missing = [agency.pk for agency in queries.signing_agencies() if not signing_keys.has_key(folder, agency.pk)]
    return (
        f"No signing keys in {folder} (docs/operators.md); documents of these agencies wait: {', '.join(missing)}."
        if missing
        else ""
    )
