from django.urls import path

from kini.vaccination.doses import desk, pages

urlpatterns = [
    path("vaccination/doses/", pages.own_doses, name="own-doses"),
    path("vaccination/doses/<str:reference>/dispute/", pages.dispute, name="dispute-dose"),
    path("desk/doses/", desk.disputes_page, name="desk-disputes"),
    path("desk/doses/<str:reference>/", desk.dose_page, name="desk-dose"),
]
