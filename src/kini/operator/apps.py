from django.apps import AppConfig


class OperatorConfig(AppConfig):
    name = "kini.operator"
    label = "operator"

    def ready(self) -> None:
        from kini.operator import admin

        admin.register()
