"""Addresses of the room's parts."""

from django.urls import include, path

from kini.vaccination.doses import urls as doses
from kini.vaccination.registrations import urls as registrations
from kini.vaccination.sites import urls as sites
from kini.vaccination.status.pages import own_status
from kini.vaccination.visits import urls as visits

app_name = "vaccination"
urlpatterns = [
    *registrations.urlpatterns,
    *sites.urlpatterns,
    path("vaccination/", include("kini.vaccination.certificates.urls")),
    *doses.urlpatterns,
    *visits.urlpatterns,
    path("vaccination/status/", own_status, name="status"),
]
