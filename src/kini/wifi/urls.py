from django.urls import path

from kini.wifi import pages

app_name = "wifi"
urlpatterns = [
    path("wifi/", pages.points, name="points"),
    path("wifi/<str:code>/", pages.site, name="site"),
]
