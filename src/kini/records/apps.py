from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "kini.records"
    label = "records"

    def ready(self) -> None:
        from kini.records import jobs, registration  # noqa: F401 -- jobs register themselves

        registration.register()
