"""URLs of the API: documentation page, OpenAPI document and operations."""

from django.urls import include, path

from kini.api import application, pages

app_name = "api"
urlpatterns = [
    path("api/", pages.documentation, name="page"),
    path("api/v1/openapi.json", pages.openapi, name="openapi"),
    path("api/v1/", include(application.url_patterns())),
]
