from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "kini.letters"
    label = "letters"

    def ready(self) -> None:
        from kini.letters import jobs, personal_data, registration

        assert jobs
        registration.register()
        personal_data.register()
