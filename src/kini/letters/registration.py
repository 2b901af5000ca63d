"""Registration in other rooms: panels, timeline entries, pack check, API, navigation."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.operations import ApiModule, api_modules
from kini.cases.public import CasePanel, case_panels
from kini.cases.rules import entry_renderers
from kini.city.public import pack_checks
from kini.core import preparation
from kini.core.actors import Actor
from kini.core.health import HealthCheck, health_checks
from kini.letters import api, panels, queries, rules, signing_keys, template_checks
from kini.letters.environment import LettersEnvironment
from kini.letters.permissions import LetterPermission
from kini.people.public import register_permissions
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything once; called from `LettersConfig.ready`."""
    register_permissions(LetterPermission)
    api_modules.register("letters", ApiModule("Letters", api.router))
    pack_checks.register("letters", template_checks.check_templates)
    entry_renderers.register("letter", _letter_ready)
    entry_renderers.register("letter-withdrawn", _letter_withdrawn)
    preparation.steps.register("letters", _prepare_keys)
    health_checks.register("letters", HealthCheck(_key_problem))
    case_panels.register("letters-tracker", CasePanel("tracker", panels.resident_panel))
    case_panels.register("letters-sent", CasePanel("sent", panels.resident_panel))
    case_panels.register("letters-receipt", CasePanel("papers", panels.receipt_button))
    case_panels.register("letters-desk", CasePanel("desk", panels.desk_panel))
    navigation.register(
        "letters-check", NavItem("letters:find", gettext_lazy("Check a letter"), "shield", order=60, place="help")
    )


def _prepare_keys(by: Actor) -> Iterable[str]:
    """Create the agencies' signing keys in a demo; in production list the missing ones."""
    if settings.ENV.production:
        return filter(None, [_key_problem()])
    agencies = [(agency.pk, agency.short_name) for agency in queries.signing_agencies()]
    signing_keys.make_development_keys(LettersEnvironment.current().keys_folder, agencies)
    return ()


def _key_problem() -> str:
    folder = LettersEnvironment.current().keys_folder
    missing = [agency.pk for agency in queries.signing_agencies() if not signing_keys.has_key(folder, agency.pk)]
    return (
        f"No signing keys in {folder} (docs/operators.md); letters of these agencies wait: {', '.join(missing)}."
        if missing
        else ""
    )


def _letter_ready(data: Mapping[str, Any]) -> str:
    if data["replaces"]:
        return _("A newer letter “%(title)s” replaces the previous one, which is no longer valid.") % data
    return _("Your letter “%(title)s” is ready. Download it on the page of this case.") % data


def _letter_withdrawn(data: Mapping[str, Any]) -> str:
    words = {**data, "cause": rules.CAUSES[data["cause"]]}
    return _("Your letter “%(title)s” was withdrawn and is no longer valid. %(cause)s") % words
