from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ReportsConfig(AppConfig):
    name = "kini.reports"
    label = "reports"

    def ready(self) -> None:
        from kini.city.public import pack_checks
        from kini.messages.public import reply_handlers
        from kini.reports import whatsapp_reports
        from kini.reports.kind import Report
        from kini.services.public import kinds
        from kini.web.navigation import NavItem, navigation

        kinds.register(Report.id, Report())
        reply_handlers.register("report", whatsapp_reports.receive_report)
        pack_checks.register("reports", whatsapp_reports.check_report_service)
        words = pgettext_lazy("way to the page for reports", "Report")
        navigation.register("reports", NavItem("reports:choose", words, "report", order=30))
        navigation.register("reports-shortcut", NavItem("reports:choose", words, "report", order=10, place="shortcut"))
        navigation.register(
            "reports-bottom", NavItem("reports:choose", words, "report", order=30, place="bottom", strong=True)
        )
