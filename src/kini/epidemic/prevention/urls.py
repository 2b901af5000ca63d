"""Addresses of prevention and care."""

from django.urls import path

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
    path("self-check/<slug:service>/", self_assessment.old_address, name="self-check"),
]
