from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "kini.letters"
    label = "letters"

    def ready(self) -> None:
        from kini.letters import jobs, personal_data, registered, retention  # noqa: F401 -- jobs register themselves

        registered.register()
        retention.register()
        personal_data.register()
