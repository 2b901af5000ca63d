"""Addresses of the demo."""

from django.urls import path

from kini.demo import pages

app_name = "demo"
urlpatterns = [path("tour/", pages.tour, name="tour")]
