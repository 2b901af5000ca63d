"""Addresses of the room's parts."""

from django.urls import URLPattern, URLResolver

app_name = "vaccination"
urlpatterns: list[URLPattern | URLResolver] = []
