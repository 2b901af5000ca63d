"""Addresses of the room's parts."""

from kini.vaccination.sites import urls as sites

app_name = "vaccination"
urlpatterns = [*sites.urlpatterns]
