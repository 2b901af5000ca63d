from django.urls import path

from kini.services import pages

app_name = "services"
urlpatterns = [
    path("services/", pages.catalogue, name="catalogue"),
    path("services/search/", pages.search, name="search"),
    path("services/category/<slug:name>/", pages.category, name="category"),
    path("services/event/<slug:name>/", pages.event, name="event"),
    path("services/<slug:service>/", pages.service, name="service"),
]
