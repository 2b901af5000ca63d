from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "kini.booking"
    label = "booking"

    def ready(self) -> None:
        from kini.booking import jobs, personal_data, registration, retention  # noqa: F401 -- jobs register themselves

        registration.register()
        retention.register()
        personal_data.register()
