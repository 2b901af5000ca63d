from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "kini.city"
    label = "city"
