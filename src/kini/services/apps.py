from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "kini.services"
    label = "services"

    def ready(self) -> None:
        from kini.city.checks import pack_checks
        from kini.services import loader
        from kini.services.fields import registered

        registered.register()
        pack_checks.register("services", loader.check)
