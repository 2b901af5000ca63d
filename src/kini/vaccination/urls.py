"""Addresses of the room's parts."""

from django.urls import include, path

from kini.vaccination.sites import urls as sites

app_name = "vaccination"
urlpatterns = [*sites.urlpatterns, path("vaccination/", include("kini.vaccination.certificates.urls"))]
