from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "kini.city"
    label = "city"

    def ready(self) -> None:
        from kini.city.checks import check_city, pack_checks

        pack_checks.register("city", check_city)
