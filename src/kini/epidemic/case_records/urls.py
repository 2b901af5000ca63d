"""Addresses of case records: the desk, the form of nurses, the person's own records."""

from django.urls import path

from kini.epidemic.case_records import desk, pages, record_form

urlpatterns = [
    path("desk/case-records/", desk.cases, name="desk-cases"),
    path("desk/case-records/record/<slug:disease>/", record_form.record_patient, name="record-patient"),
    path("desk/case-records/<str:reference>/", desk.case, name="desk-case"),
    path("desk/case-records/<str:reference>/correct/", desk.correct, name="desk-case-correct"),
    path("desk/case-records/<str:reference>/duplicates/", desk.duplicates, name="desk-case-duplicates"),
    path("desk/case-records/<str:reference>/merges/<int:merge>/undo/", desk.unmerge, name="desk-case-unmerge"),
    path("desk/case-records/<str:reference>/<slug:deed>/", desk.deed, name="desk-case-deed"),
    path("me/case-records/", pages.own_records, name="own-records"),
    path("me/case-records/<str:reference>/dispute/", pages.dispute, name="dispute-record"),
]
