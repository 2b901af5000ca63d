from django.urls import path

from kini.feeds import downloads, pages

app_name = "feeds"
urlpatterns = [
    path("figures/<slug:name>/", pages.feed, name="feed"),
    path("figures/<slug:name>/data.csv", downloads.table, name="csv"),
    path("figures/<slug:name>/data.geojson", downloads.points, name="geojson"),
    path("figures/<slug:name>/<slug:key>/", pages.row, name="row"),
    path("figures/<slug:name>/<slug:key>/history.csv", downloads.history, name="history"),
]
