from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "kini.booking"
    label = "booking"

    def ready(self) -> None:
        from kini.booking import jobs, registered  # noqa: F401 -- jobs register themselves

        registered.register()
