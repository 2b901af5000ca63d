from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kini.api"
    label = "api"
    url_order = 0  # programs make most requests

    def ready(self) -> None:
        from kini.api import retention

        retention.register()
