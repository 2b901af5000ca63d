from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "kini.services"
    label = "services"

    def ready(self) -> None:
        from kini.services.fields import registered

        registered.register()
