"""Addresses of the catalogue."""

from django.urls import path

from kini.services import pages

app_name = "services"
urlpatterns = [
    path("services/", pages.catalogue, name="catalogue"),
    path("services/search/", pages.search, name="search"),
    path("services/category/<slug:pk>/", pages.category, name="category"),
    path("services/event/<slug:pk>/", pages.event, name="event"),
    path("services/<slug:pk>/", pages.service, name="service"),
]
