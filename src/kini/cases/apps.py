from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kini.cases"
    label = "cases"
