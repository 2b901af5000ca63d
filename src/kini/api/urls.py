"""URLs of the API: documentation page, OpenAPI document and operations."""

from django.urls import include, path

from kini.api import house, pages

app_name = "api"
urlpatterns = [
    path("api/", pages.page, name="page"),
    path("api/v1/openapi.json", pages.openapi, name="openapi"),
    path("api/v1/", include(house.patterns())),
]
