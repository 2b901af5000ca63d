"""Addresses of registrations."""

from django.urls import path

from kini.vaccination.registrations import desk, pages

urlpatterns = [
    path("vaccination/", pages.choose_campaign, name="campaigns"),
    path("vaccination/registrations/<str:reference>/", pages.registration, name="registration"),
    path("vaccination/registrations/<str:reference>/at/<slug:site>/", pages.times, name="times"),
    path("vaccination/registrations/<str:reference>/cancel/", pages.cancel, name="cancel-registration"),
    path("vaccination/registrations/<str:reference>/waiting-list/", pages.waiting_list, name="waiting-list"),
    path("vaccination/campaigns/<slug:campaign>/", pages.choose_person, name="people"),
    path("vaccination/campaigns/<slug:campaign>/other/", pages.other, name="other"),
    path("vaccination/campaigns/<slug:campaign>/<int:person>/", pages.person, name="person"),
    path("desk/vaccination/missed/", desk.missed, name="desk-missed"),
]
