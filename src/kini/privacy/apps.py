from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "kini.privacy"
    label = "privacy"

    def ready(self) -> None:
        from kini.privacy import jobs, registration  # noqa: F401 -- jobs register themselves

        registration.register()
