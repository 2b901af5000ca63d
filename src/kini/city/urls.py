from django.urls import path

from kini.city import pages

app_name = "city"
urlpatterns = [
    path("areas/here/", pages.describe_point, name="here"),
    path("areas/<str:code>/map.json", pages.area_map, name="map"),
    path("areas/map/<str:version>/lines.svg", pages.map_document, {"name": "lines"}, name="map-lines"),
    path("areas/map/<str:version>/areas.svg", pages.map_document, {"name": "areas"}, name="map-areas"),
]
