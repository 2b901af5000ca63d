from django.apps import AppConfig
from django.utils.translation import gettext_lazy, pgettext_lazy

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "reports:desk-waiting": gettext_lazy(
        "Public reports wait here until you have looked at their words and photos. Change words that show who "
        "somebody is, and cover faces and plates with two clicks: the report and its photo stay as they were sent."
    ),
    "reports:desk-unrouted": gettext_lazy(
        "Reports that no rule sends to a unit. Send each on by the time in the last column; the table of routes "
        "shows where a rule is missing."
    ),
    "reports:desk-audits": gettext_lazy(
        "Reports that were closed as solved and are looked at a second time: disputed ones, and some drawn by lot. "
        "Go there, write what you found, and decide. Nobody audits what they worked on."
    ),
}


class ReportsConfig(AppConfig):
    name = "kini.reports"
    label = "reports"

    def ready(self) -> None:
        from kini.cases.public import CasePanel, case_panels
        from kini.city.public import pack_checks
        from kini.core.file_references import FileColumn, references
        from kini.exchange.public import destinations
        from kini.messages.public import fallback_handlers, reply_handlers
        from kini.people.public import desk_counts, has_permission, register_permissions
        from kini.reports import (
            area_news,
            closing_pages,
            first_look,
            notifications,
            panels,
            personal_data,
            queries,
            retention,
            whatsapp_reports,
        )
        from kini.reports.actions.other_cities import DESTINATION
        from kini.reports.kind import Report
        from kini.reports.open311.other_city_destination import OtherCityDestination
        from kini.reports.permissions import ReportPermission
        from kini.services.public import kinds
        from kini.web.desk_help import register_help
        from kini.web.navigation import NavItem, navigation

        kinds.register(Report.id, Report())
        destinations.register(DESTINATION, OtherCityDestination())
        register_permissions(ReportPermission)
        references.register("reports.follower", FileColumn("reports.Follower"))
        references.register("reports.public-photo", FileColumn("reports.PublicPhoto"))
        for part in (area_news, first_look, notifications, personal_data, retention):
            part.register()
        case_panels.register("reports-answer", CasePanel("tracker", closing_pages.answer_panel))
        case_panels.register("reports-publication", CasePanel("tracker", panels.tracker_panel))
        case_panels.register("reports-elsewhere", CasePanel("tracker", panels.elsewhere_panel))
        case_panels.register("reports-open311", CasePanel("desk", panels.open311_panel))
        case_panels.register("reports-desk", CasePanel("desk", panels.desk_panel))
        reply_handlers.register("report", whatsapp_reports.receive_report)
        fallback_handlers.register("report", whatsapp_reports.continue_report)
        pack_checks.register("reports", whatsapp_reports.check_report_service)
        words = pgettext_lazy("way to the page for reports", "Report")
        navigation.register("reports", NavItem("reports:choose", words, "report", order=30))
        navigation.register("reports-shortcut", NavItem("reports:choose", words, "report", order=10, place="shortcut"))
        navigation.register(
            "reports-bottom", NavItem("reports:choose", words, "report", order=30, place="bottom", strong=True)
        )
        desk_counts.counts.register(
            "reports-to-check", desk_counts.DeskCount(ReportPermission.MODERATE, queries.reports_to_check)
        )
        desk_counts.counts.register(
            "reports-audits", desk_counts.DeskCount(ReportPermission.AUDIT, queries.pending_audits)
        )
        register_help(DESK_HELP)
        checks = gettext_lazy("Reports to check")
        sees = has_permission(ReportPermission.MODERATE)
        navigation.register(
            "desk-reports",
            NavItem(
                *("reports:desk-waiting", checks, "eye", 19, "desk"),
                count=desk_counts.shown_count("reports-to-check"),
                visible=sees,
                only_with_work=True,
            ),
        )
        unrouted = gettext_lazy("Reports that nobody has")
        navigation.register(
            "desk-unrouted",
            NavItem(
                "reports:desk-unrouted",
                unrouted,
                "report",
                19,
                "desk",
                visible=has_permission(ReportPermission.PLAN_ROUTING),
            ),
        )
        audits = gettext_lazy("Audits of closed reports")
        navigation.register(
            "desk-audits",
            NavItem(
                *("reports:desk-audits", audits, "check", 19, "desk"),
                count=desk_counts.shown_count("reports-audits"),
                visible=has_permission(ReportPermission.AUDIT),
                only_with_work=True,
            ),
        )
