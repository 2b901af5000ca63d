from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "kini.services"
    label = "services"
