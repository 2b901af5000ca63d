"""Addresses of sites and their stock."""

from django.urls import path

from kini.vaccination.sites import site_pages

urlpatterns = [
    path("vaccination/sites/", site_pages.site_list, name="sites"),
    path("vaccination/sites/<slug:site>/", site_pages.site, name="site"),
    path("vaccination/waiting/<int:number>/", site_pages.answer_call, name="standby"),
]
