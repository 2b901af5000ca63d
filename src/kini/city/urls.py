from django.urls import path

from kini.city import pages

app_name = "city"
urlpatterns = [
    path("areas/here/", pages.here, name="here"),
    path("areas/<str:code>/map.json", pages.drawing, name="map"),
]
