from django.urls import path

from kini.city import pages

app_name = "city"
urlpatterns = [
    path("areas/here/", pages.describe_point, name="here"),
    path("areas/map/<str:version>/<str:name>.svg", pages.map_document, name="map"),
]
