from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "kini.reports"
    label = "reports"
