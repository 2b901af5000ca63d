"""What the room adds to others: its kind and services, papers, panels of cases, ways to its pages."""

from pathlib import Path

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.cases.panels import CasePanel, case_panels
from kini.city import privacy
from kini.core.faults import PackFaults
from kini.core.file_references import FileColumn, references
from kini.letters.rendering import papers
from kini.privacy import desk, notices, panels, queries, retention
from kini.privacy.kind import PrivacyRequest
from kini.services.house import Holder, HouseServices, house_services
from kini.services.kinds import kinds
from kini.web.navigation import NavItem, navigation

HERE = Path(__file__).parent


def register() -> None:
    """Register everything once; called when the room is ready."""
    kinds.register(PrivacyRequest.id, PrivacyRequest())
    house_services.register("privacy", HouseServices(HERE / "services", "privacy", _holder))
    papers.register("privacy", HERE / "paper")
    references.register("privacy.export", FileColumn("privacy.Export"))
    retention.register()
    notices.register()
    desk.register()
    case_panels.register("privacy-tracker", CasePanel("tracker", panels.of_resident))
    case_panels.register("privacy-desk", CasePanel("desk", panels.of_desk))
    notice = NavItem("privacy:notice", _("Your data and privacy"), "shield", order=70, place="help")
    navigation.register("privacy-notice", notice)
    note = _("A copy, corrections, deletion, objections")
    mine = NavItem("privacy:mine", _("My data"), "shield", 65, "account", note=note, visible=_offered)
    navigation.register("privacy-account", mine)


def _holder(root: Path) -> Holder | None:
    """The agency and role that the pack names; a broken privacy.yaml is the city room's to report."""
    try:
        found = privacy.read(root)
    except PackFaults:
        return None
    return Holder(found.agency, {"officer": found.role, "head": found.appeal_role}) if found else None


def _offered(_request: HttpRequest) -> bool:
    return queries.offered()
