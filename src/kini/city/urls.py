from django.urls import path

from kini.city import pages

app_name = "city"
urlpatterns = [
    path("areas/here/", pages.describe_point, name="here"),
    path("areas/<str:code>/map.json", pages.area_map, name="map"),
]
