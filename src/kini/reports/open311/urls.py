"""Addresses of Open311 below /open311/; the format is the end of each."""

from django.urls import path

from kini.reports.open311 import pages

urlpatterns = [
    path("", pages.about, name="open311"),
    path("bulk.csv", pages.bulk, name="open311-bulk"),
    path("discovery.<str:form>", pages.discovery, name="open311-discovery"),
    path("v2/services.<str:form>", pages.service_list, name="open311-services"),
    path("v2/services/<str:code>.<str:form>", pages.service_definition, name="open311-service"),
    path("v2/requests.<str:form>", pages.requests, name="open311-requests"),
    path("v2/requests/<str:reference>.<str:form>", pages.request_by_id, name="open311-request"),
    path("v2/tokens/<str:reference>.<str:form>", pages.token, name="open311-token"),
    path("v2/servicerequestupdates.<str:form>", pages.updates, name="open311-updates"),
]
