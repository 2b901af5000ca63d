from django.apps import AppConfig


class SatusehatConfig(AppConfig):
    name = "kini.satusehat"
    verbose_name = "SATUSEHAT"

    def ready(self) -> None:
        from kini.satusehat.registration import register

        register()
