from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kini.web"
    label = "web"
