from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kini.api"
    label = "api"
