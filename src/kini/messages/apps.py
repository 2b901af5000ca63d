from django.apps import AppConfig


class Messages(AppConfig):
    name = "kini.messages"
    label = "kini_messages"

    def ready(self) -> None:
        from kini.messages import personal_data, registration, retention

        retention.register()
        personal_data.register()
        registration.register()
