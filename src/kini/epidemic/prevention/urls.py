"""Addresses of prevention and care."""

from django.urls import path

from kini.epidemic.prevention import advice_pages, alert_desk, alert_pages, bed_desk, bed_pages
from kini.epidemic.prevention import self_assessment_pages as self_assessment

urlpatterns = [
    path("epidemic/self-assessment/", self_assessment.choose_disease, name="self-assessments"),
    path(
        "epidemic/self-assessment/results/<int:number>/", self_assessment.stored_result, name="self-assessment-result"
    ),
    path(
        "epidemic/self-assessment/results/<int:number>/delete/",
        self_assessment.delete_result,
        name="self-assessment-delete",
    ),
    path("epidemic/self-assessment/<slug:disease>/", self_assessment.self_assessment, name="self-assessment"),
    path("epidemic/beds/", bed_pages.bed_list, name="beds"),
    path("epidemic/beds/<slug:hospital>/", bed_pages.hospital, name="hospital"),
    path("desk/epidemic/beds/", bed_desk.hospitals, name="desk-hospitals"),
    path("desk/epidemic/beds/<slug:hospital>/", bed_desk.report, name="desk-beds"),
    path("epidemic/advice/<slug:disease>/", advice_pages.advice, name="advice"),
    path("epidemic/alerts/", alert_pages.alert_list, name="alerts"),
    path("epidemic/alerts/feed.xml", alert_pages.feed, name="alerts-feed"),
    path("epidemic/alerts/areas/", alert_pages.my_areas, name="alert-areas"),
    path("epidemic/alerts/<slug:identifier>/", alert_pages.alert, name="alert"),
    path("epidemic/alerts/<slug:identifier>/cap.xml", alert_pages.alert_cap, name="alert-cap"),
    path("desk/epidemic/alerts/", alert_desk.alert_list, name="desk-health-alerts"),
    path("desk/epidemic/alerts/new/", alert_desk.write, name="desk-health-alert-new"),
    path("desk/epidemic/alerts/<int:number>/", alert_desk.review, name="desk-health-alert"),
    path("self-check/<slug:service>/", self_assessment.old_address, name="self-check"),
]
