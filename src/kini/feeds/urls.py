from django.urls import path

from kini.feeds import downloads, pages
from kini.feeds.transit import pages as transit

app_name = "feeds"
urlpatterns = [
    path("figures/<slug:name>/", pages.feed, name="feed"),
    path("figures/<slug:name>/data.csv", downloads.table, name="csv"),
    path("figures/<slug:name>/data.geojson", downloads.points, name="geojson"),
    path("figures/<slug:name>/stops.csv", transit.stops_csv, name="stops-csv"),
    path("figures/<slug:name>/stops.geojson", transit.stops_geojson, name="stops-geojson"),
    path("figures/<slug:name>/journey/", transit.journey, name="journey"),
    path("figures/<slug:name>/stops/<str:code>/", transit.stop, name="stop"),
    path("figures/<slug:name>/of/<slug:key>/", pages.row, name="row"),
    path("figures/<slug:name>/of/<slug:key>/history.csv", downloads.history, name="history"),
]
