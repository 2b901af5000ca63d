"""Addresses of registrations."""

from django.urls import path

from kini.vaccination.registrations import appointment_pages, desk, pages

urlpatterns = [
    path("vaccination/", pages.choose_campaign, name="campaigns"),
    path("vaccination/registrations/<str:reference>/", appointment_pages.registration, name="registration"),
    path("vaccination/registrations/<str:reference>/at/<slug:site>/", appointment_pages.times, name="times"),
    path("vaccination/registrations/<str:reference>/cancel/", appointment_pages.cancel, name="cancel-registration"),
    path("vaccination/registrations/<str:reference>/together/", appointment_pages.together, name="together"),
    path(
        "vaccination/registrations/<str:reference>/waiting-list/", appointment_pages.waiting_list, name="waiting-list"
    ),
    path("vaccination/waiting/<int:number>/", appointment_pages.answer_call, name="standby"),
    path("vaccination/campaigns/<slug:campaign>/", pages.choose_person, name="people"),
    path("vaccination/campaigns/<slug:campaign>/other/", pages.other, name="other"),
    path("vaccination/campaigns/<slug:campaign>/<int:person>/", pages.person, name="person"),
    path("desk/vaccination/missed/", desk.missed, name="desk-missed"),
]
