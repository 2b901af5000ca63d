from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "kini.people"
    label = "people"
