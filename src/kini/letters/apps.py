from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "kini.letters"
    label = "letters"

    def ready(self) -> None:
        from kini.letters import jobs, personal_data, registration, retention  # noqa: F401 -- jobs register themselves

        registration.register()
        retention.register()
        personal_data.register()
