"""Registration in other rooms: panels, timeline entries, pack check, API, navigation."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.routing import Part, parts
from kini.cases.panels import CasePanel, case_panels
from kini.cases.rules import tellers
from kini.city.checks import pack_checks
from kini.letters import api, checks, panels, rules
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register everything once; called from `LettersConfig.ready`."""
    parts.register("letters", Part("Letters", api.router))
    pack_checks.register("letters", checks.check)
    tellers.register("letter", _told)
    tellers.register("letter-withdrawn", _told_withdrawn)
    case_panels.register("letters-tracker", CasePanel("tracker", panels.of_resident))
    case_panels.register("letters-sent", CasePanel("sent", panels.of_resident))
    case_panels.register("letters-receipt", CasePanel("papers", panels.receipt))
    case_panels.register("letters-desk", CasePanel("desk", panels.of_desk))
    navigation.register(
        "letters-check", NavItem("letters:find", gettext_lazy("Check a letter"), "shield", order=60, place="help")
    )


def _told(data: Mapping[str, Any]) -> str:
    if data["replaces"]:
        return _("A newer letter “%(title)s” replaces the previous one, which is no longer valid.") % data
    return _("Your letter “%(title)s” is ready. Download it on the page of this case.") % data


def _told_withdrawn(data: Mapping[str, Any]) -> str:
    words = {**data, "cause": rules.CAUSES[data["cause"]]}
    return _("Your letter “%(title)s” was withdrawn and is no longer valid. %(cause)s") % words
