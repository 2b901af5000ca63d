from django.urls import path

from kini.wifi import pages
from kini.wifi.portal import pages as portal

app_name = "wifi"
urlpatterns = [
    path("wifi/", pages.points, name="points"),
    path("wifi/portal/", portal.start, name="portal"),
    path("wifi/portal/enter/", portal.enter, name="portal-enter"),
    path("wifi/portal/code/", portal.code, name="portal-code"),
    path("wifi/portal/online/", portal.online, name="portal-online"),
    path("wifi/portal/<slug:sort>/", portal.arrive, name="portal-arrive"),
    path("wifi/<str:code>/", pages.site, name="site"),
]
