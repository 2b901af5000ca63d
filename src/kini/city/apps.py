from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "kini.city"
    label = "city"

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.city import api
        from kini.city.checks import check_city, pack_checks

        parts.register("city", Part("The city", api.router))
        pack_checks.register("city", check_city)
