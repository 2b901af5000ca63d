from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "kini.reports"
    label = "reports"

    def ready(self) -> None:
        from kini.reports.kind import Report
        from kini.services.kinds import kinds

        kinds.register(Report.id, Report())
