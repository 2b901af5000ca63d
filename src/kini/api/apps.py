from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kini.api"
    label = "api"

    def ready(self) -> None:
        from kini.api import retention

        retention.register()
