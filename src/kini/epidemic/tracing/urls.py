from django.urls import path

from kini.epidemic.tracing import contact_desk, interview_desk, work_list_desk

urlpatterns = [
    path("desk/tracing/", work_list_desk.work_list_page, name="desk-tracing"),
    path("desk/tracing/contacts/<str:reference>/", contact_desk.contact_page, name="desk-contact"),
    path("desk/tracing/contacts/<str:reference>/checks/", work_list_desk.check, name="desk-contact-check"),
    path("desk/tracing/contacts/<str:reference>/end/", contact_desk.end, name="desk-contact-end"),
    path("desk/tracing/cases/<str:reference>/", interview_desk.interview_page, name="desk-interview"),
    path("desk/tracing/cases/<str:reference>/household/", interview_desk.household, name="desk-interview-household"),
]
