"""Addresses of the room's parts."""

from django.urls import include, path

from kini.epidemic.case_records import urls as case_records
from kini.epidemic.prevention import urls as prevention
from kini.epidemic.spread import urls as spread
from kini.epidemic.tracing import urls as tracing

app_name = "epidemic"
urlpatterns = [
    *case_records.urlpatterns,
    *prevention.urlpatterns,
    *tracing.urlpatterns,
    path("check-in/", include("kini.epidemic.checkin.urls")),
    *spread.urlpatterns,
]
