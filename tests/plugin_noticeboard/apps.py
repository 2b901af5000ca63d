from django.apps import AppConfig


class NoticeboardConfig(AppConfig):
    name = "tests.plugin_noticeboard"
    label = "noticeboard"

    def ready(self) -> None:
        from tests.plugin_noticeboard import jobs, registration  # noqa: F401 -- jobs register themselves

        registration.register()
