"""Addresses of the room."""

from django.urls import path

from kini.satusehat import desk, pages

app_name = "satusehat"
urlpatterns = [
    path("desk/satusehat/", desk.work_list, name="desk-list"),
    path("desk/satusehat/compare/", desk.compare, name="desk-compare"),
    path("desk/satusehat/comparisons/<int:comparison>/", desk.comparison, name="desk-comparison"),
    path("desk/satusehat/comparisons/<int:comparison>/repair/", desk.repair, name="desk-repair"),
    path("desk/satusehat/differences/<int:difference>/", desk.difference, name="desk-difference"),
    path("desk/satusehat/doses/<str:reference>/", desk.dose, name="desk-dose"),
    path("desk/satusehat/illnesses/<int:record>/", desk.illness, name="desk-illness"),
    path("me/national-doses/", pages.fetch, name="fetch"),
]
