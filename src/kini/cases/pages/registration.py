"""Registration of the residents' pages: navigation, home page, start page of every service."""

from django.utils.translation import gettext_lazy as _

from kini.cases.pages import home, later_answers, ratings, start
from kini.cases.panels import CasePanel, case_panels
from kini.services.public import start_panels
from kini.web.home import home_sections
from kini.web.navigation import NavItem, navigation


def register() -> None:
    """Register the pages. Called once from `CasesConfig.ready`."""
    navigation.register("cases", NavItem("cases:mine", _("My cases"), "document", order=40))
    navigation.register(
        "cases-account",
        NavItem("cases:mine", _("My cases"), "document", 5, "account", note=_("Your requests and their progress")),
    )
    navigation.register("cases-shortcut", NavItem("cases:mine", _("My cases"), "document", 20, "shortcut"))
    navigation.register("cases-track", NavItem("cases:track", _("Find a case by its number"), "search", place="help"))
    home_sections.register("cases", home.SECTION)
    start_panels.register("cases", start.begin_panel)
    case_panels.register("later-tracker", CasePanel("tracker", later_answers.later_panel))
    case_panels.register("later-sent", CasePanel("sent", later_answers.later_panel))
    case_panels.register("rating", CasePanel("end", ratings.rating_panel))
