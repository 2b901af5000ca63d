"""Addresses of the notice and of what a person decides about their data."""

from django.urls import path

from kini.privacy import pages

app_name = "privacy"
urlpatterns = [
    path("privacy/", pages.notice, name="notice"),
    path("me/privacy/", pages.mine, name="mine"),
    path("me/privacy/copies/<uuid:copy>/", pages.download, name="download"),
]
